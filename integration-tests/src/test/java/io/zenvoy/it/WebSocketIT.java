package io.zenvoy.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.zenvoy.it.downstream.JavaWebSocket;
import io.zenvoy.it.kube.Services;
import io.zenvoy.it.upstream.ProgramUpstream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A WebSocket service in Python with clients in Java, neither of which knows of zenvoy. */
class WebSocketIT extends OneStack {
  private static final String NAME = "sockets";
  private static final int PORT = Services.CONTAINER_PORT;

  @Test
  void everyKindOfMessageArrivesAndTheEndIsAnOrderlyOne() throws Exception {
    stack
        .kubelet()
        .runtime(
            new ProgramUpstream(
                "WebSocketIT", WebSocketIT::server, ProgramUpstream.Probe.port(PORT)));
    workloads.make(
        NAME, Map.of("hosts", JavaWebSocket.HOST), List.of(Services.speaking("kubernetes.io/ws")));
    workloads.awaitDomain(JavaWebSocket.HOST);
    String text = "äöü".repeat(20_000);
    byte[] bytes = new byte[1_000_000];
    new Random(1).nextBytes(bytes);

    coldWarmAndColdAgain(
        NAME,
        () -> {
          try (JavaWebSocket socket = JavaWebSocket.open()) {
            assertThat(socket.exchange("hello")).isEqualTo("hello");
            assertThat(socket.exchange(text)).isEqualTo(text);
            assertThat(socket.exchange(bytes))
                .isEqualTo(new String(bytes, StandardCharsets.ISO_8859_1));
            assertThat(socket.ping("there?")).isEqualTo("there?");
            assertThat(socket.end()).isEqualTo("1000");
          }
        });
  }

  private static List<String> server(String address) {
    return Python.command(
        "websocket_echo.py",
        "websockets",
        "python3-websockets",
        List.of(address, Integer.toString(PORT)));
  }
}
