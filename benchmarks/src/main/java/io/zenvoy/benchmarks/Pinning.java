package io.zenvoy.benchmarks;

import io.zenvoy.it.Installed;
import io.zenvoy.it.downstream.ClientRun;
import java.io.IOException;

/** Which processor runs what: the measured program has 0 for itself. */
public final class Pinning {
  /** What is measured runs here. */
  public static final String MEASURED = "0";

  private static final String OTHER = "1";

  private Pinning() {}

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
