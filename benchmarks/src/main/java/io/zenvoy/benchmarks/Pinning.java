package io.zenvoy.benchmarks;

import io.zenvoy.it.Installed;
import io.zenvoy.it.downstream.ClientRun;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Which processor runs what: the measured program has 0 for itself. */
public final class Pinning {
  static final String MEASURED = "0";
  private static final String OTHER = "1";

  private Pinning() {}

  /** A command that runs what is measured. */
  public static List<String> measured(List<String> command) {
    List<String> pinned = new ArrayList<>(List.of("taskset", "--cpu-list", MEASURED));
    pinned.addAll(command);
    return pinned;
  }

  /** Ourselves, and whatever we start from now on unless it says otherwise. */
  public static void ourselvesToTheOtherProcessor() throws IOException, InterruptedException {
    ClientRun.of(
            Installed.program("taskset", "util-linux"),
            "--all-tasks",
            "--cpu-list",
            "--pid",
            OTHER,
            Long.toString(ProcessHandle.current().pid()))
        .successful();
  }
}
