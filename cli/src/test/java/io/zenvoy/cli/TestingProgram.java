package io.zenvoy.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * Stands in for xds-server, tproxy or Envoy in tests of the launcher alone: is ready, logs what the
 * real one would, and writes its process id into a file. Its Envoy answers by itself.
 */
final class TestingProgram {
  private TestingProgram() {}

  public static void main(String[] arguments) throws IOException {
    Map<String, String> environment = System.getenv();
    String name = arguments[0];
    Files.writeString(
        Path.of(environment.get("TESTING_PIDS")),
        name + " " + ProcessHandle.current().pid() + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
    if (name.equals(environment.get("TESTING_COMPLAINT"))) {
      System.err.println(name + ": SOMETHING: is wrong");
      System.exit(2);
    }
    if (name.equals("envoy")) {
      serve(environment, "ENVOY_ADMIN_PORT", "/ready", "LIVE\n");
      serve(environment, "HTTP_PORT", "/", "GET / HTTP/1.1\nhost: hello\n");
    } else {
      serve(environment, "ADMIN_PORT", "/readyz", "ok\n");
    }
  }

  private static void serve(
      Map<String, String> environment, String setting, String path, String page)
      throws IOException {
    int port = Integer.parseInt(environment.get(setting));
    HttpServer server = HttpServer.create(new InetSocketAddress(port), 0);
    server.createContext(path, exchange -> answer(exchange, page));
    server.start();
  }

  private static void answer(HttpExchange exchange, String page) throws IOException {
    byte[] bytes = page.getBytes(UTF_8);
    exchange.sendResponseHeaders(200, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }
}
