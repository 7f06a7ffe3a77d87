package io.zenvoy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.zenvoy.it.downstream.ClientRun;
import io.zenvoy.it.kube.Services;
import io.zenvoy.it.upstream.IperfUpstream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A real iperf3, asleep and awake: one connection to agree on, and others for the bytes. */
class IperfIT extends OneStack {
  private static final String NAME = "iperf";

  @Test
  void bytesFlowBothWaysWhetherTheServerSleptOrNot() throws Exception {
    IperfUpstream server = new IperfUpstream("IperfIT", Services.CONTAINER_PORT);
    stack.kubelet().runtime(server);
    int port = makeTcp(NAME, "tcp", Map.of());

    assertThat(bytesReceived(port)).as("cold, to the server").isPositive();
    await("the server takes another client, or sleeps already")
        .atMost(PATIENCE)
        .until(() -> server.listened() >= 2 || workloads.replicas(NAME) == 0);
    assertThat(bytesReceived(port, "--reverse")).as("warm, from the server").isPositive();
    workloads.awaitAsleep(NAME);

    assertThat(bytesReceived(port, "--reverse", "--parallel", "4"))
        .as("cold, from the server by four connections")
        .isPositive();
    workloads.awaitAsleep(NAME);
    assertThat(bytesReceived(port, "--bidir")).as("cold, both ways at once").isPositive();
    assertThat(evidence.wakes(NAME, "ready")).isGreaterThanOrEqualTo(3);
  }

  private static long bytesReceived(int port, String... options)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Installed.program("iperf3", "iperf3"),
                "--client",
                "127.0.0.1",
                "--port",
                Integer.toString(port),
                "--time",
                "1",
                "--json"));
    command.addAll(List.of(options));
    JsonNode report = new ObjectMapper().readTree(ClientRun.of(command).successful());
    return report.at("/end/sum_received/bytes").asLong();
  }
}
