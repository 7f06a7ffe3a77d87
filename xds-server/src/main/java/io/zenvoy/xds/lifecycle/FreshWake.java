package io.zenvoy.xds.lifecycle;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * When one workload that can have no pods is taken back to zero to be woken anew for who waits:
 * controllers try again ever more rarely, and at once after that.
 *
 * <p>Owned by the life cycle's thread.
 */
final class FreshWake {
  /** How long after it was woken. */
  private static final Duration AFTER = Duration.ofSeconds(10);

  /** How long we wait at zero for its controller to notice, which withdraws the failure. */
  private static final Duration NOTICE = Duration.ofSeconds(5);

  private final LongSupplier clock;
  private long wokenNanos;
  private boolean atZero;
  private long zeroNanos;

  /**
   * @param clock monotonic nanoseconds
   */
  FreshWake(LongSupplier clock) {
    this.clock = clock;
  }

  /** A write that wakes it was sent. */
  void woken() {
    wokenNanos = clock.getAsLong();
    atZero = false;
  }

  /** It is taken to zero for this. */
  void zeroed() {
    zeroNanos = clock.getAsLong();
    atZero = true;
  }

  /** Whether it was woken long enough ago to be taken to zero. */
  boolean isDue() {
    return clock.getAsLong() - wokenNanos >= AFTER.toNanos();
  }

  /** Whether a workload at zero may be woken, while something is still known to be wrong. */
  boolean mayWake() {
    return !atZero || clock.getAsLong() - zeroNanos >= NOTICE.toNanos();
  }
}
