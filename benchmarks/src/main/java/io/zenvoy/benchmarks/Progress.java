package io.zenvoy.benchmarks;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows how far a run is. Thread-safe. */
public final class Progress {
  private static final Logger LOG = LoggerFactory.getLogger(Progress.class);

  private Progress() {}

  public static void say(String what) {
    LOG.atInfo().log(what);
  }
}
