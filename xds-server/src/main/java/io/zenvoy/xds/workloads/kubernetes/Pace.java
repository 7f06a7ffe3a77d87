package io.zenvoy.xds.workloads.kubernetes;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How often something may be logged while it repeats: after 1, 2, 4 … seconds, at last always after
 * the same time. Thread-safe.
 */
final class Pace {
  private static final Duration FIRST = Duration.ofSeconds(1);

  private final LongSupplier nanoTime;
  private final Duration longest;
  private Duration wait = Duration.ZERO;
  private long last;

  /**
   * @param nanoTime a clock like {@link System#nanoTime}
   * @param longest what the waits grow to, 1 s or more
   */
  Pace(LongSupplier nanoTime, Duration longest) {
    this.nanoTime = nanoTime;
    this.longest = longest;
  }

  /** Whether it is time again; if so the next wait begins, twice as long. */
  synchronized boolean isDue() {
    long now = nanoTime.getAsLong();
    if (now - last < wait.toNanos()) {
      return false;
    }
    last = now;
    Duration doubled = wait.isZero() ? FIRST : wait.multipliedBy(2);
    wait = doubled.compareTo(longest) > 0 ? longest : doubled;
    return true;
  }
}
