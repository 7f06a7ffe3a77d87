package io.zenvoy.cli.stack;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;

/** Asks programs of this machine over HTTP. Thread-safe. */
public final class Probe implements AutoCloseable {
  private static final Duration QUICKLY = Duration.ofSeconds(2);

  static {
    // Services are told apart by their Host header, which this client sets only if it is allowed.
    System.setProperty("jdk.httpclient.allowRestrictedHeaders", "host");
  }

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(QUICKLY).build();

  /**
   * Asks for {@code /} of a service through Envoy.
   *
   * @throws IOException if there was no whole answer in time
   */
  public HttpResponse<String> ask(int port, String host, Duration timeout)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(address(port, "/")).timeout(timeout).header("Host", host).build();
    return client.send(request, BodyHandlers.ofString());
  }

  /** Whether a page is answered with status 200. */
  boolean isOk(int port, String path) throws InterruptedException {
    return page(port, path).isPresent();
  }

  /** Whether an xds-server of zenvoy has this admin port. */
  boolean isZenvoy(int adminPort) {
    try {
      return page(adminPort, "/metrics").filter(text -> text.contains("zenvoy_")).isPresent();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Whether anybody accepts connections on a port. */
  boolean isOpen(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private Optional<String> page(int port, String path) throws InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(address(port, path)).timeout(QUICKLY).build();
    try {
      HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
      return response.statusCode() == 200 ? Optional.of(response.body()) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static URI address(int port, String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
