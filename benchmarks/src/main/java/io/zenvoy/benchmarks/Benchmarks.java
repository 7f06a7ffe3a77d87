package io.zenvoy.benchmarks;

import io.zenvoy.it.Project;
import io.zenvoy.it.kube.KubeCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs all benchmarks and writes {@code benchmarks/results/wake.md}. Started by {@code
 * benchmarks/run}.
 */
public final class Benchmarks {
  private static final Logger LOG = LoggerFactory.getLogger(Benchmarks.class);
  private static final int WAKES = 200;
  private static final int STARTS = 7;

  private Benchmarks() {}

  /**
   * Measures everything.
   *
   * @param arguments none, or the number of wakes and of starts for a shorter run, whose results
   *     are only printed
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    boolean complete = arguments.length == 0;
    int wakes = complete ? WAKES : Integer.parseInt(arguments[0]);
    int starts = complete ? STARTS : Integer.parseInt(arguments[1]);
    String machine = Machine.description();
    List<Figures> figures = new ArrayList<>();
    try (KubeCluster cluster = new KubeCluster()) {
      say("starts and memory");
      figures.addAll(new StartBenchmark(cluster, starts).run());
      say("wakes");
      figures.addAll(new WakeBenchmark(cluster, wakes).run());
    }
    String table = table(machine, figures);
    if (complete) {
      Path file = Project.root().resolve("benchmarks/results/wake.md");
      Files.writeString(file, table);
      say("written to " + Project.root().relativize(file));
    }
    LOG.atInfo().log("results\n\n{}", table);
  }

  /** Shows progress. */
  static void say(String what) {
    LOG.atInfo().log(what);
  }

  private static String table(String machine, List<Figures> figures) {
    StringBuilder table = new StringBuilder("# Waking, starting, memory\n\n");
    table.append(machine).append("\n\n");
    table.append("| figure | unit | samples | min | median | p99 | max |\n");
    table.append("|---|---|---|---|---|---|---|\n");
    figures.forEach(row -> table.append(row.row()).append('\n'));
    return table.toString();
  }
}
