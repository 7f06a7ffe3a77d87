package io.zenvoy.xds.workloads.kubernetes.transport;

import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.PushPromiseHandler;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/** A client whose requests stay unanswered until a test decides what becomes of them. */
final class TestingHttpClient extends HttpClient {
  final List<CompletableFuture<?>> requests = new ArrayList<>();
  final TestingWebSocket socket = new TestingWebSocket();
  boolean isShutDown;
  WebSocket.@Nullable Listener listener;

  /** Answers the latest request, with whatever. */
  void answer() {
    requests.getLast().complete(null);
  }

  /** Lets the latest request fail. */
  void fail(Throwable failure) {
    requests.getLast().completeExceptionally(failure);
  }

  @Override
  public <T> CompletableFuture<HttpResponse<T>> sendAsync(
      HttpRequest request, BodyHandler<T> handler, @Nullable PushPromiseHandler<T> pushes) {
    CompletableFuture<HttpResponse<T>> response = new CompletableFuture<>();
    requests.add(response);
    return response;
  }

  @Override
  public <T> CompletableFuture<HttpResponse<T>> sendAsync(
      HttpRequest request, BodyHandler<T> handler) {
    return sendAsync(request, handler, null);
  }

  @Override
  public <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> handler) {
    throw new UnsupportedOperationException();
  }

  @Override
  public WebSocket.Builder newWebSocketBuilder() {
    return new WebSocket.Builder() {
      @Override
      public WebSocket.Builder header(String name, String value) {
        return this;
      }

      @Override
      public WebSocket.Builder connectTimeout(Duration timeout) {
        return this;
      }

      @Override
      public WebSocket.Builder subprotocols(String mostPreferred, String... lesserPreferred) {
        return this;
      }

      @Override
      public CompletableFuture<WebSocket> buildAsync(URI uri, WebSocket.Listener given) {
        listener = given;
        given.onOpen(socket);
        return CompletableFuture.completedFuture(socket);
      }
    };
  }

  @Override
  public void shutdown() {
    isShutDown = true;
  }

  @Override
  public Optional<CookieHandler> cookieHandler() {
    return Optional.empty();
  }

  @Override
  public Optional<Duration> connectTimeout() {
    return Optional.empty();
  }

  @Override
  public Redirect followRedirects() {
    return Redirect.NEVER;
  }

  @Override
  public Optional<ProxySelector> proxy() {
    return Optional.empty();
  }

  @Override
  public SSLContext sslContext() {
    throw new UnsupportedOperationException();
  }

  @Override
  public SSLParameters sslParameters() {
    return new SSLParameters();
  }

  @Override
  public Optional<Authenticator> authenticator() {
    return Optional.empty();
  }

  @Override
  public Version version() {
    return Version.HTTP_2;
  }

  @Override
  public Optional<Executor> executor() {
    return Optional.empty();
  }
}
