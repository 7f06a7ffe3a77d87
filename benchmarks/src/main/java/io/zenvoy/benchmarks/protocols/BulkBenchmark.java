package io.zenvoy.benchmarks.protocols;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.zenvoy.benchmarks.Figures;
import io.zenvoy.benchmarks.Progress;
import io.zenvoy.common.HostPort;
import io.zenvoy.it.FreePorts;
import io.zenvoy.it.Installed;
import io.zenvoy.it.downstream.ClientRun;
import io.zenvoy.it.kube.ContainerRuntime;
import io.zenvoy.it.kube.Services;
import io.zenvoy.it.stack.Workloads;
import io.zenvoy.it.stack.ZenvoyStack;
import io.zenvoy.it.upstream.IperfUpstream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How many bytes one connection carries, with iperf3, by Envoy and directly in turns. */
final class BulkBenchmark {
  private static final String SERVICE = "iperf";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Duration time;
  private final IperfUpstream server =
      new IperfUpstream("ProtocolBenchmark", Services.CONTAINER_PORT);
  private int runs;

  /** Which way the bytes go. */
  private enum Direction {
    TO_SERVER("to the server"),
    FROM_SERVER("from the server");

    private final String title;

    Direction(String title) {
      this.title = title;
    }
  }

  BulkBenchmark(Duration time) {
    this.time = time;
  }

  /** What the pods of its service run. */
  Map<String, ContainerRuntime> pods() {
    return Map.of(SERVICE, server);
  }

  /** Measures, and returns the table. */
  String run(ZenvoyStack stack, Workloads workloads, MeasuredPods pods, int rounds)
      throws Exception {
    int port = FreePorts.next();
    Map<String, String> annotations = Map.of("tcp", port + ":http", "protocol", "tcp");
    workloads.make(SERVICE, annotations);
    ProtocolBenchmark.stayAwake(workloads, SERVICE, annotations);
    workloads.scale(SERVICE, 1);
    HostPort pod = new HostPort(pods.next().address(), Services.CONTAINER_PORT);
    ProtocolBenchmark.awaitPod(stack, SERVICE, pod);
    StringBuilder table =
        new StringBuilder("\n## Bulk: iperf3, one connection, Gbit/s (median)\n\n");
    table.append("| bytes go | directly | by Envoy |\n|---|---|---|\n");
    for (Direction direction : Direction.values()) {
      PerWay<List<Double>> gigabits = new PerWay<>(new ArrayList<>(), new ArrayList<>());
      for (int round = 0; round < rounds; round++) {
        gigabits.direct().add(gigabits(pod, direction));
        gigabits.envoy().add(gigabits(new HostPort("127.0.0.1", port), direction));
      }
      table.append(
          String.format(
              Locale.ROOT,
              "| %s | %.1f | %.1f |%n",
              direction.title,
              median(gigabits.direct()),
              median(gigabits.envoy())));
      Progress.say("iperf3 measured " + direction.title);
    }
    return table.toString();
  }

  private static double median(List<Double> values) {
    return new Figures("bulk", "Gbit/s", values).quantile(0.5);
  }

  private double gigabits(HostPort address, Direction direction)
      throws IOException, InterruptedException {
    awaitListening();
    List<String> command =
        new ArrayList<>(
            List.of(
                Installed.program("iperf3", "iperf3"),
                "--client",
                address.host(),
                "--port",
                Integer.toString(address.port()),
                "--time",
                Long.toString(Math.max(1, time.toSeconds())),
                "--json"));
    if (direction == Direction.FROM_SERVER) {
      command.add("--reverse");
    }
    runs++;
    JsonNode report = new ObjectMapper().readTree(ClientRun.of(command).successful());
    return report.at("/end/sum_received/bits_per_second").asDouble() / 1e9;
  }

  /** It serves one client after the other, and listens anew for each. */
  private void awaitListening() {
    await("iperf3 takes another client").atMost(PATIENCE).until(() -> server.listened() > runs);
  }
}
