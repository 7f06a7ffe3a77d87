package io.zenvoy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zenvoy.it.envoy.XdsVariant;
import io.zenvoy.it.kube.KubeCluster;
import io.zenvoy.it.kube.SharedKubeCluster;
import io.zenvoy.it.stack.Redirect;
import io.zenvoy.it.stack.StackSettings;
import io.zenvoy.it.stack.Workloads;
import io.zenvoy.it.stack.ZenvoyStack;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Envoys that listen on IPv6: clients of both families wake what sleeps. */
@ExtendWith({SharedKubeCluster.class, FailureLogs.class})
class Ipv6IT {
  @Test
  void clientsOfBothFamiliesWakeByHttpAndByTcp(KubeCluster cluster) throws Exception {
    StackSettings settings =
        StackSettings.of("Ipv6IT", Redirect.NONE, XdsVariant.DELTA).with("LISTEN_ADDR", "::");
    try (ZenvoyStack stack = ZenvoyStack.start(settings, cluster)) {
      Workloads workloads = new Workloads(stack);
      int port = FreePorts.next();
      workloads.makeAsleep("six", Map.of("tcp", port + ":http"));
      await("Envoy listens on " + port)
          .atMost(Duration.ofSeconds(60))
          .until(() -> stack.envoy().listeners().contains("tcp-" + port));

      assertThat(ask("::1", ZenvoyStack.HTTP_PORT)).startsWith("HTTP/1.1 200");
      workloads.awaitAsleep("six");
      assertThat(ask("::1", port)).startsWith("HTTP/1.1 200");
      workloads.awaitAsleep("six");
      assertThat(ask("127.0.0.1", port)).startsWith("HTTP/1.1 200");
    }
  }

  private static String ask(String host, int port) throws IOException {
    try (Socket client = new Socket(InetAddress.ofLiteral(host), port)) {
      client.setSoTimeout(60_000);
      client
          .getOutputStream()
          .write("GET / HTTP/1.1\r\nHost: six\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      return new String(client.getInputStream().readNBytes(16), StandardCharsets.US_ASCII);
    }
  }
}
