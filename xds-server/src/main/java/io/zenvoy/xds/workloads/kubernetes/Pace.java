package io.zenvoy.xds.workloads.kubernetes;

import java.time.Duration;
import java.util.function.LongSupplier;

/** How often something may be logged while it repeats: after 1, 2, 4 … seconds, at most 30. */
final class Pace {
  private static final Duration FIRST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofSeconds(30);

  private final LongSupplier nanoTime;
  private Duration wait = Duration.ZERO;
  private long last;

  /**
   * @param nanoTime a clock like {@link System#nanoTime}
   */
  Pace(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Whether it is time again; if so the next wait begins, twice as long. */
  synchronized boolean isDue() {
    long now = nanoTime.getAsLong();
    if (now - last < wait.toNanos()) {
      return false;
    }
    last = now;
    Duration doubled = wait.isZero() ? FIRST : wait.multipliedBy(2);
    wait = doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled;
    return true;
  }
}
