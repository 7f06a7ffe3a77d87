package io.zenvoy.cli.stack;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.zenvoy.common.StartupException;
import io.zenvoy.common.environment.Environment;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class PortCheckTest {
  private final Probe probe = new Probe();

  @AfterEach
  void close() {
    probe.close();
  }

  @Test
  void freePortsAreFine() throws IOException {
    LauncherSettings settings = TestingSettings.onFreePorts();
    assertThatCode(() -> PortCheck.requireFree(settings, probe)).doesNotThrowAnyException();
  }

  @Test
  void aTakenPortIsNamedWithItsSetting() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = other.getLocalPort();
      LauncherSettings settings = TestingSettings.onFreePorts(Map.of("PROXY_PORT", port));
      assertThatThrownBy(() -> PortCheck.requireFree(settings, probe))
          .isInstanceOf(StartupException.class)
          .hasMessage(
              "port "
                  + port
                  + " (PROXY_PORT) is in use; end the program that listens there, or set"
                  + " PROXY_PORT to a free port");
    }
  }

  @Test
  void anotherZenvoyIsRecognised() throws IOException {
    HttpServer other = HttpServer.create(new InetSocketAddress(0), 0);
    other.createContext(
        "/metrics",
        exchange -> {
          byte[] page = "zenvoy_service_phase 1\n".getBytes(UTF_8);
          exchange.sendResponseHeaders(200, page.length);
          try (OutputStream body = exchange.getResponseBody()) {
            body.write(page);
          }
        });
    other.start();
    try (ServerSocket proxy = new ServerSocket(0)) {
      int admin = other.getAddress().getPort();
      LauncherSettings settings =
          TestingSettings.onFreePorts(
              Map.of("XDS_ADMIN_PORT", admin, "PROXY_PORT", proxy.getLocalPort()));
      assertThatThrownBy(() -> PortCheck.requireFree(settings, probe))
          .hasMessage(
              "ports in use: "
                  + proxy.getLocalPort()
                  + " (PROXY_PORT), "
                  + admin
                  + " (XDS_ADMIN_PORT); another zenvoy is running: end it, or set PROXY_PORT,"
                  + " XDS_ADMIN_PORT to free ports");
    } finally {
      other.stop(0);
    }
  }

  @Test
  void oneNumberForTwoPortsIsRefused() {
    Map<String, String> variables = Map.of("XDS_PORT", "4000", "HTTP_PORT", "4000");
    LauncherSettings settings = LauncherSettings.read(new Environment(variables));
    assertThatThrownBy(() -> PortCheck.requireFree(settings, probe))
        .hasMessage("XDS_PORT: port 4000 is the one of HTTP_PORT already");
  }
}
