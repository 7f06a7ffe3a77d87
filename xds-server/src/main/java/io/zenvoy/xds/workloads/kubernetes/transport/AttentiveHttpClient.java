package io.zenvoy.xds.workloads.kubernetes.transport;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.PushPromiseHandler;
import java.net.http.HttpTimeoutException;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * A client whose WebSockets end when the other end is silent for five seconds, and whose requests
 * never go over a connection on which one was not answered in time: HTTP/2 has one connection for
 * all of them, and the JDK's client stays with it. Thread-safe.
 */
final class AttentiveHttpClient extends HttpClient {
  /** Beats without a byte of a body. */
  private static final int BODY_BEATS = 10;

  private final Supplier<HttpClient> fresh;
  private final Heartbeat heartbeat;
  private final Consumer<URI> onSilence;

  /** Every WebSocket has a connection of its own, so this one is never replaced. */
  private final HttpClient sockets;

  @GuardedBy("this")
  private Generation requests;

  private final PingHabit pings = new PingHabit();

  /** A client with connections of its own. */
  private static final class Generation {
    final HttpClient client;
    final AtomicLong answers = new AtomicLong();

    Generation(HttpClient client) {
      this.client = client;
    }
  }

  /**
   * @param fresh makes a client without any connection
   * @param onSilence told what was silent that could have gone on for ever
   */
  AttentiveHttpClient(Supplier<HttpClient> fresh, Heartbeat heartbeat, Consumer<URI> onSilence) {
    this.fresh = fresh;
    this.heartbeat = heartbeat;
    this.onSilence = onSilence;
    this.sockets = fresh.get();
    this.requests = new Generation(fresh.get());
  }

  @Override
  public <T> CompletableFuture<HttpResponse<T>> sendAsync(
      HttpRequest request, BodyHandler<T> handler) {
    return sendAsync(request, handler, null);
  }

  @Override
  public <T> CompletableFuture<HttpResponse<T>> sendAsync(
      HttpRequest request, BodyHandler<T> handler, @Nullable PushPromiseHandler<T> pushes) {
    Generation used;
    CompletableFuture<HttpResponse<T>> response;
    synchronized (this) { // or it could be replaced, and shut down, in between
      used = requests;
      response = used.client.sendAsync(request, attentive(request.uri(), handler, used), pushes);
    }
    long answersBefore = used.answers.get();
    var _ =
        response.whenComplete(
            (answer, failure) -> {
              if (failure == null) {
                used.answers.incrementAndGet();
              } else if (isUnanswered(failure) && used.answers.get() == answersBefore) {
                replace(used);
              } // else others were answered meanwhile: it is slow, not dead
            });
    return response;
  }

  @Override
  public <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> handler)
      throws IOException, InterruptedException {
    try {
      return sendAsync(request, handler).get();
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    }
  }

  @Override
  public WebSocket.Builder newWebSocketBuilder() {
    return new AttentiveWebSocketBuilder(sockets.newWebSocketBuilder());
  }

  /** What waits for an answer goes on waiting, and what is sent from now on is not behind it. */
  private synchronized void replace(Generation used) {
    if (used.equals(requests)) {
      requests = new Generation(fresh.get());
      used.client.shutdown();
    }
  }

  private <T> BodyHandler<T> attentive(URI uri, BodyHandler<T> handler, Generation used) {
    int beats = isWatch(uri) ? PingHabit.QUIET_BEATS : BODY_BEATS;
    return header ->
        new AttentiveBody<>(
            handler.apply(header),
            heartbeat,
            new Silence(() -> beats),
            () -> {
              replace(used);
              onSilence.accept(uri);
            });
  }

  private static boolean isUnanswered(@Nullable Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof CancellationException
        || (cause instanceof HttpTimeoutException
            && !(cause instanceof HttpConnectTimeoutException));
  }

  private static boolean isWatch(URI uri) {
    return uri.getQuery() != null
        && Arrays.asList(uri.getQuery().split("&")).contains("watch=true");
  }

  /** Sets up a WebSocket that is attended to. */
  private final class AttentiveWebSocketBuilder implements WebSocket.Builder {
    private final WebSocket.Builder builder;

    AttentiveWebSocketBuilder(WebSocket.Builder builder) {
      this.builder = builder;
    }

    @Override
    public WebSocket.Builder header(String name, String value) {
      builder.header(name, value);
      return this;
    }

    @Override
    public WebSocket.Builder connectTimeout(Duration timeout) {
      builder.connectTimeout(timeout);
      return this;
    }

    @Override
    public WebSocket.Builder subprotocols(String mostPreferred, String... lesserPreferred) {
      builder.subprotocols(mostPreferred, lesserPreferred);
      return this;
    }

    @Override
    public CompletableFuture<WebSocket> buildAsync(URI uri, WebSocket.Listener listener) {
      AttentiveWebSocket socket =
          new AttentiveWebSocket(
              listener,
              heartbeat,
              new Silence(pings::patience),
              pings::answered,
              () -> silent(uri));
      return builder.buildAsync(uri, socket).thenApply(socket::over);
    }

    private void silent(URI uri) {
      pings.silent();
      Generation suspect;
      synchronized (AttentiveHttpClient.this) {
        suspect = requests;
      }
      replace(suspect);
      onSilence.accept(uri);
    }
  }

  @Override
  public void shutdownNow() {
    sockets.shutdownNow();
    synchronized (this) {
      requests.client.shutdownNow();
    }
  }

  @Override
  public void close() {
    shutdownNow();
  }

  @Override
  public Optional<CookieHandler> cookieHandler() {
    return sockets.cookieHandler();
  }

  @Override
  public Optional<Duration> connectTimeout() {
    return sockets.connectTimeout();
  }

  @Override
  public Redirect followRedirects() {
    return sockets.followRedirects();
  }

  @Override
  public Optional<ProxySelector> proxy() {
    return sockets.proxy();
  }

  @Override
  public SSLContext sslContext() {
    return sockets.sslContext();
  }

  @Override
  public SSLParameters sslParameters() {
    return sockets.sslParameters();
  }

  @Override
  public Optional<Authenticator> authenticator() {
    return sockets.authenticator();
  }

  @Override
  public Version version() {
    return sockets.version();
  }

  @Override
  public Optional<Executor> executor() {
    return sockets.executor();
  }
}
