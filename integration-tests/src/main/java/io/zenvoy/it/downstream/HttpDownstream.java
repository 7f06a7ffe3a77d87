package io.zenvoy.it.downstream;

import io.zenvoy.common.HostPort;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Asks a service by its host name, over HTTP/1.1, through Envoy or through its slot. Needs {@code
 * -Djdk.httpclient.allowRestrictedHeaders=host}. Thread-safe.
 */
public final class HttpDownstream implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();
  private final HostPort server;

  /**
   * @param server Envoy's listener, or a slot
   */
  public HttpDownstream(HostPort server) {
    this.server = server;
  }

  /** Sends a GET and waits for the answer. */
  public HttpResponse<String> get(String host, String path) throws IOException {
    return join(getLater(host, path));
  }

  /** Sends a GET. */
  public CompletableFuture<HttpResponse<String>> getLater(String host, String path) {
    return send(request(host, path).GET());
  }

  /** The same with more patience than ninety seconds. */
  public CompletableFuture<HttpResponse<String>> getLater(
      String host, String path, Duration patience) {
    return send(request(host, path).timeout(patience).GET());
  }

  /** Sends a GET as some program does, and waits for the answer. */
  HttpResponse<String> get(String host, String path, String userAgent) throws IOException {
    return join(send(request(host, path).setHeader("User-Agent", userAgent).GET()));
  }

  /** Sends a POST and waits for the answer. */
  public HttpResponse<String> post(String host, String path, byte[] body) throws IOException {
    return join(send(request(host, path).POST(HttpRequest.BodyPublishers.ofByteArray(body))));
  }

  @Override
  public void close() {
    client.shutdownNow();
  }

  private HttpRequest.Builder request(String host, String path) {
    return HttpRequest.newBuilder(URI.create("http://" + server + path))
        .setHeader("Host", host)
        .timeout(PATIENCE);
  }

  private CompletableFuture<HttpResponse<String>> send(HttpRequest.Builder request) {
    return client.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static <T> T join(CompletableFuture<T> future) throws IOException {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    }
  }
}
