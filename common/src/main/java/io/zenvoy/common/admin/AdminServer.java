package io.zenvoy.common.admin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.zenvoy.common.StartupException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Serves {@code /metrics}, {@code /healthz} and {@code /readyz}. Suppliers are called on virtual
 * threads, by several requests at a time.
 */
public final class AdminServer implements AutoCloseable {
  private final HttpServer server;

  private AdminServer(HttpServer server) {
    this.server = server;
  }

  /**
   * Binds the port on all addresses and starts to answer.
   *
   * @param port 0 for any free one
   * @param setting the key of the setting that the port came from, for the message
   * @param metrics the page in Prometheus' text format
   * @param unready why the program is not ready; empty when it is
   * @throws StartupException if the port can't be bound
   */
  public static AdminServer start(
      int port, String setting, Supplier<String> metrics, Supplier<String> unready) {
    HttpServer server;
    try {
      server = HttpServer.create(new InetSocketAddress(port), 0);
    } catch (BindException e) {
      throw new StartupException(
          setting + ": port " + port + " is in use (set " + setting + " to a free one)", e);
    } catch (IOException e) {
      throw new StartupException(
          setting + ": can't listen on port " + port + ": " + e.getMessage(), e);
    }
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/metrics",
        exchange ->
            answer(exchange, 200, "text/plain; version=0.0.4; charset=utf-8", metrics.get()));
    server.createContext("/healthz", exchange -> answer(exchange, 200, "text/plain", "ok\n"));
    server.createContext("/readyz", exchange -> answerReadiness(exchange, unready.get()));
    server.start();
    return new AdminServer(server);
  }

  /** The port that is bound. */
  public int port() {
    return server.getAddress().getPort();
  }

  /** Stops at once; requests that are being answered are cut. */
  @Override
  public void close() {
    server.stop(0);
  }

  private static void answerReadiness(HttpExchange exchange, String unready) throws IOException {
    if (unready.isEmpty()) {
      answer(exchange, 200, "text/plain", "ok\n");
    } else {
      answer(exchange, 503, "text/plain", unready + "\n");
    }
  }

  private static void answer(HttpExchange exchange, int status, String contentType, String body)
      throws IOException {
    try (exchange) {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", contentType);
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }
}
