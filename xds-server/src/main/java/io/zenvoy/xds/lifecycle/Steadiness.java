package io.zenvoy.xds.lifecycle;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Whether one workload was ready only for moments: a program that ends soon after it was started
 * counts as ready in between if nothing probes it, and the wake that it ended goes on.
 *
 * <p>Owned by the life cycle's thread.
 */
final class Steadiness {
  /** What was ready for less than this has not been woken. */
  private static final Duration STEADY = Duration.ofSeconds(10);

  /** Who waits within this time after the workload was ready has been waiting before. */
  private static final Duration STILL = Duration.ofSeconds(2);

  private final LongSupplier clock;
  private long begunNanos;
  private boolean unsteady;
  private long fellNanos;

  /**
   * @param clock monotonic nanoseconds
   */
  Steadiness(LongSupplier clock) {
    this.clock = clock;
  }

  /** It had been ready, since then, and is not any more. */
  void fell(long readySinceNanos) {
    fellNanos = clock.getAsLong();
    unsteady = fellNanos - readySinceNanos < STEADY.toNanos();
  }

  /**
   * A wake begins, or one goes on that had ended with a moment of readiness, though with half of
   * its time at least.
   *
   * @return since when it counts
   */
  long begin(Duration wakeTimeout) {
    long now = clock.getAsLong();
    boolean goesOn = unsteady && now - fellNanos < STILL.toNanos();
    begunNanos = goesOn ? Math.max(begunNanos, now - wakeTimeout.toNanos() / 2) : now;
    return begunNanos;
  }
}
