package io.zenvoy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.zenvoy.it.kube.Services;
import io.zenvoy.it.upstream.EchoUpstream;
import io.zenvoy.it.upstream.ResettingUpstream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Connections that one side does not end but reset, through Envoy and the daemon. */
class ResetIT extends OneStack {
  private final ResettingUpstream upstream = new ResettingUpstream(Services.CONTAINER_PORT);

  @Test
  void aClientsResetIsAResetToTheServer() throws Exception {
    stack.kubelet().runtime(upstream);
    int port = makeTcp("left", "tcp", Map.of());

    coldWarmAndColdAgain(
        "left",
        () -> {
          int before = upstream.ends().size();
          try (Socket socket = connect(port)) {
            assertEchoed(socket, 'x');
            socket.setSoLinger(true, 0);
          }
          await("the server sees an end")
              .atMost(PATIENCE)
              .until(() -> upstream.ends().size() == before + 1);
          assertThat(upstream.ends().getLast()).isEqualTo(ResettingUpstream.End.RESET);
        });
  }

  @Test
  void aServersResetIsAResetToTheClient() throws Exception {
    stack.kubelet().runtime(upstream);
    int port = makeTcp("dropped", "tcp", Map.of());

    coldWarmAndColdAgain(
        "dropped",
        () -> {
          try (Socket socket = connect(port)) {
            assertEchoed(socket, 'x');
            socket.getOutputStream().write(ResettingUpstream.RESET_ME);
            assertReset(socket);
          }
        });
  }

  @Test
  void aServiceOfNoKnownProtocolThatCanNotBeWokenIsAReset() throws Exception {
    stack
        .kubelet()
        .runtime(new EchoUpstream(Services.CONTAINER_PORT, EchoUpstream.Readiness.NEVER));
    int port = makeTcp("never", "tcp", Map.of("wake-timeout", "3s"));

    try (Socket socket = connect(port)) {
      socket.getOutputStream().write('x');
      assertReset(socket);
    }
    try (Socket silent = connect(port)) {
      assertReset(silent);
    }
  }

  private static void assertEchoed(Socket socket, int value) throws IOException {
    socket.getOutputStream().write(value);
    assertThat(socket.getInputStream().read()).isEqualTo(value);
  }

  /** Not an end, and not the silence that a {@link java.net.SocketTimeoutException} tells of. */
  private static void assertReset(Socket socket) {
    assertThatThrownBy(() -> socket.getInputStream().read())
        .isInstanceOf(SocketException.class)
        .hasMessageContaining("reset");
  }
}
