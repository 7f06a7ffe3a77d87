package io.zenvoy.benchmarks;

import io.zenvoy.benchmarks.crowd.CrowdBenchmark;
import io.zenvoy.benchmarks.protocols.ProtocolBenchmark;
import io.zenvoy.benchmarks.relay.RelayBenchmark;
import io.zenvoy.it.Project;
import io.zenvoy.it.kube.KubeCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Runs benchmarks and writes their results below {@code benchmarks/results}. Started by {@code
 * benchmarks/run}.
 */
@Command(
    name = "benchmarks/run",
    description = "Measures zenvoy on this machine, on which nothing else should run meanwhile.",
    mixinStandardHelpOptions = true)
public final class Benchmarks {
  private static final Logger LOG = LoggerFactory.getLogger(Benchmarks.class);
  private static final int WAKES = 200;
  private static final int STARTS = 7;

  private Benchmarks() {}

  /** Ends with 0 if everything was measured, and no connection was wrong. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Benchmarks()).execute(arguments));
  }

  @Command(
      name = "wake",
      description = "Waking, starting and memory; some minutes.",
      mixinStandardHelpOptions = true)
  int wake(
      @Option(
              names = "--wakes",
              paramLabel = "N",
              description = "So many wakes instead of " + WAKES + "; results are only printed.")
          Optional<Integer> wakes,
      @Option(
              names = "--starts",
              paramLabel = "N",
              description = "So many starts instead of " + STARTS + "; results are only printed.")
          Optional<Integer> starts)
      throws IOException, InterruptedException {
    return wakeRun(Machine.description(), wakes, starts);
  }

  private static int wakeRun(String machine, Optional<Integer> wakes, Optional<Integer> starts)
      throws IOException, InterruptedException {
    List<Figures> figures = new ArrayList<>();
    try (KubeCluster cluster = new KubeCluster()) {
      Progress.say("starts and memory");
      figures.addAll(new StartBenchmark(cluster, starts.orElse(STARTS)).run());
      Progress.say("wakes");
      figures.addAll(new WakeBenchmark(cluster, wakes.orElse(WAKES)).run());
    }
    String text = "# Waking, starting, memory\n\n" + machine + "\n\n" + table(figures);
    publish("wake.md", text, wakes.isEmpty() && starts.isEmpty());
    return 0;
  }

  @Command(
      name = "protocols",
      description = "Each protocol, cold and awake, by Envoy and directly; a quarter of an hour.",
      mixinStandardHelpOptions = true)
  int protocols(
      @Option(
              names = "--short",
              description = "Two wakes and one second of each; results are only printed.")
          boolean small)
      throws Exception {
    ProtocolBenchmark.Size size =
        small
            ? new ProtocolBenchmark.Size(2, 1, Duration.ofSeconds(1))
            : ProtocolBenchmark.Size.COMPLETE;
    String machine = Machine.description();
    try (KubeCluster cluster = new KubeCluster()) {
      String text = "# Protocols\n\n" + machine + "\n\n" + ProtocolBenchmark.run(cluster, size);
      publish("protocols.md", text, !small);
    }
    return 0;
  }

  @Command(
      name = "relay",
      description = "zenvoy's relay beside HAProxy, Envoy and Go; a quarter of an hour.",
      mixinStandardHelpOptions = true)
  int relay(
      @Option(names = "--short", description = "One round of a second; only printed.")
          boolean small)
      throws Exception {
    relayRun(Machine.description(), small);
    return 0;
  }

  @Command(
      name = "crowd",
      description = "Thousands that are parked, released, or leave; ten minutes.",
      mixinStandardHelpOptions = true)
  int crowd(
      @Option(names = "--short", description = "One round of a small crowd; only printed.")
          boolean small)
      throws Exception {
    crowdRun(Machine.description(), small);
    return 0;
  }

  @Command(
      name = "integrity",
      description = "100,000 connections of every mix, compared byte by byte; five minutes.",
      mixinStandardHelpOptions = true)
  int integrity(
      @Option(names = "--short", description = "1,200 connections; only printed.") boolean small)
      throws Exception {
    return integrityRun(Machine.description(), small);
  }

  @Command(
      name = "data-path",
      description = "relay, crowd, integrity and wake, one after another; half an hour.",
      mixinStandardHelpOptions = true)
  int dataPath(@Option(names = "--short", description = "All of them short.") boolean small)
      throws Exception {
    String machine = Machine.description();
    Optional<Integer> few = small ? Optional.of(3) : Optional.empty();
    int status = Math.max(wakeRun(machine, few, few), integrityRun(machine, small));
    // These bind this program to one processor, so they come last.
    relayRun(machine, small);
    crowdRun(machine, small);
    return status;
  }

  private static void relayRun(String machine, boolean small) throws Exception {
    RelayBenchmark.Size size =
        small ? new RelayBenchmark.Size(1, Duration.ofSeconds(1)) : RelayBenchmark.Size.COMPLETE;
    RelayBenchmark.Result result = RelayBenchmark.run(size);
    publish(
        "relay.md",
        "# Relay\n\n" + machine + "\n\n" + result.text() + "\n![the medians](relay.svg)\n",
        !small);
    if (!small) {
      Files.writeString(Project.root().resolve("benchmarks/results/relay.svg"), result.picture());
    }
  }

  private static void crowdRun(String machine, boolean small) throws Exception {
    CrowdBenchmark.Size size =
        small ? new CrowdBenchmark.Size(1, 3_000, 2_000) : CrowdBenchmark.Size.COMPLETE;
    publish("crowd.md", "# Crowd\n\n" + machine + "\n\n" + table(CrowdBenchmark.run(size)), !small);
  }

  private static int integrityRun(String machine, boolean small) throws Exception {
    IntegrityBenchmark.Size size =
        small ? IntegrityBenchmark.Size.SHORT : IntegrityBenchmark.Size.COMPLETE;
    try (KubeCluster cluster = new KubeCluster()) {
      IntegrityBenchmark benchmark = new IntegrityBenchmark(cluster, size);
      String text = benchmark.run();
      publish("integrity.md", "# Integrity\n\n" + machine + "\n\n" + text, !small);
      return benchmark.notRight() == 0 ? 0 : 1;
    }
  }

  private static void publish(String name, String text, boolean complete) throws IOException {
    LOG.atInfo().log("results\n\n{}", text);
    if (complete) {
      Path file = Project.root().resolve("benchmarks/results").resolve(name);
      Files.writeString(file, text);
      Progress.say("written to " + Project.root().relativize(file));
    }
  }

  private static String table(List<Figures> figures) {
    StringBuilder table = new StringBuilder();
    table.append("| figure | unit | samples | min | median | p99 | max |\n");
    table.append("|---|---|---|---|---|---|---|\n");
    figures.forEach(row -> table.append(row.row()).append('\n'));
    return table.toString();
  }
}
