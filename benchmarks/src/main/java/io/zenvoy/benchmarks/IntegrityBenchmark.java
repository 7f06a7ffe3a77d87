package io.zenvoy.benchmarks;

import static org.awaitility.Awaitility.await;

import io.zenvoy.common.HostPort;
import io.zenvoy.it.FreePorts;
import io.zenvoy.it.HttpProbe;
import io.zenvoy.it.envoy.XdsVariant;
import io.zenvoy.it.faults.MixedConnections;
import io.zenvoy.it.faults.Outcome;
import io.zenvoy.it.faults.Tally;
import io.zenvoy.it.faults.TcpService;
import io.zenvoy.it.faults.TcpService.Opening;
import io.zenvoy.it.kube.Container;
import io.zenvoy.it.kube.KubeCluster;
import io.zenvoy.it.kube.Services;
import io.zenvoy.it.stack.Redirect;
import io.zenvoy.it.stack.StackSettings;
import io.zenvoy.it.stack.Workloads;
import io.zenvoy.it.stack.ZenvoyStack;
import io.zenvoy.it.upstream.Gate;
import io.zenvoy.it.upstream.TcpUpstream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Connections of every mix through the whole of zenvoy, all of which are parked at first, and
 * beside them the same connections without it.
 */
final class IntegrityBenchmark {
  private static final Duration LIMIT = Duration.ofMinutes(20);
  private static final Map<String, String> ANNOTATIONS =
      Map.of(
          "protocol", "tcp", "wake-timeout", "10m", "scale-to-zero-after", "1h", "replicas", "16");
  private static final String GREETING = "mixed-greeting";
  private static final String WAITING = "mixed-waiting";

  private final KubeCluster cluster;
  private final Size size;
  private final StringBuilder table = new StringBuilder();
  private long notRight;

  /**
   * How much is measured.
   *
   * @param connections in all
   * @param atATime of them
   */
  record Size(int connections, int atATime) {
    /** The size of the results that are kept. */
    static final Size COMPLETE = new Size(834 * MixedConnections.mixes(), 5_000);

    static final Size SHORT = new Size(10 * MixedConnections.mixes(), 500);
  }

  IntegrityBenchmark(KubeCluster cluster, Size size) {
    this.cluster = cluster;
    this.size = size;
  }

  /** Measures both; returns the result file's text but for its title. */
  String run() throws IOException, InterruptedException {
    table.append("| way | connections | at a time | right | wrong bytes, or another end | lost |");
    table.append(" hung | misrouted | median, ms | longest, s | all, s |\n");
    table.append("|---|---|---|---|---|---|---|---|---|---|---|\n");
    throughZenvoy();
    directly();
    return table.toString();
  }

  /** How many connections were lost, hung, misrouted, or brought wrong bytes or another end. */
  long notRight() {
    return notRight;
  }

  private void throughZenvoy() throws IOException, InterruptedException {
    StackSettings settings =
        StackSettings.of("IntegrityBenchmark", Redirect.IPTABLES, XdsVariant.DELTA);
    try (ZenvoyStack stack = ZenvoyStack.start(settings, cluster)) {
      Workloads workloads = new Workloads(stack);
      make(workloads, GREETING);
      make(workloads, WAITING);
      Tally tally = new Tally();
      MixedConnections connections =
          new MixedConnections(
              new TcpService(GREETING, slot(stack, GREETING), Opening.SERVER),
              new TcpService(WAITING, slot(stack, WAITING), Opening.CLIENT),
              tally);
      Gate gate = new Gate(new TcpUpstream(Services.CONTAINER_PORT, connections.server()));
      stack.kubelet().runtime(gate);
      Thread opener =
          Thread.ofVirtual()
              .start(
                  () -> {
                    await().atMost(LIMIT).until(() -> parked(stack) == size.atATime());
                    gate.open();
                  });
      make("by the daemon, parked at first", connections, tally);
      opener.join();
    }
  }

  private void directly() throws IOException, InterruptedException {
    Tally tally = new Tally();
    MixedConnections connections =
        new MixedConnections(
            new TcpService(GREETING, pod("127.2.0.1"), Opening.SERVER),
            new TcpService(WAITING, pod("127.2.0.2"), Opening.CLIENT),
            tally);
    TcpUpstream upstream = new TcpUpstream(Services.CONTAINER_PORT, connections.server());
    Container greeting = upstream.start(GREETING + "-a-b", "127.2.0.1");
    Container waiting = upstream.start(WAITING + "-a-b", "127.2.0.2");
    try {
      make("directly", connections, tally);
    } finally {
      greeting.close();
      waiting.close();
    }
  }

  private void make(String way, MixedConnections connections, Tally tally)
      throws InterruptedException {
    Progress.say(way);
    long begin = System.nanoTime();
    connections.make(size.connections(), size.atATime(), LIMIT);
    double seconds = (System.nanoTime() - begin) / 1e9;
    notRight += tally.countSent() - tally.count(Outcome.RIGHT);
    table.append(
        String.format(
            Locale.ROOT,
            "| %s | %d | %d | %d | %d | %d | %d | %d | %d | %.1f | %.0f |%n",
            way,
            tally.countSent(),
            size.atATime(),
            tally.count(Outcome.RIGHT),
            tally.count(Outcome.CORRUPTED),
            tally.count(Outcome.LOST),
            tally.count(Outcome.HUNG) + tally.open(),
            tally.count(Outcome.MISROUTED),
            tally.wait(0.5).toMillis(),
            tally.wait(1.0).toMillis() / 1e3,
            seconds));
    tally.failures().forEach(Progress::say);
  }

  private static HostPort pod(String address) {
    return new HostPort(address, Services.CONTAINER_PORT);
  }

  private static void make(Workloads workloads, String service) {
    Map<String, String> annotations = new HashMap<>(ANNOTATIONS);
    annotations.put("tcp", FreePorts.next() + ":http");
    workloads.make(service, annotations);
  }

  /** Waits until Envoy has it. */
  private static HostPort slot(ZenvoyStack stack, String service) {
    await().until(() -> stack.envoy().endpoints().containsKey(service));
    return HostPort.parse(stack.envoy().endpoints(service).keySet().iterator().next());
  }

  private static long parked(ZenvoyStack stack) {
    try {
      return HttpProbe.get(stack.tproxy().adminPort(), "/metrics")
          .body()
          .lines()
          .filter(line -> line.startsWith("zenvoy_tproxy_parked_connections{"))
          .mapToLong(line -> Math.round(Double.parseDouble(line.substring(line.lastIndexOf(' ')))))
          .sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
