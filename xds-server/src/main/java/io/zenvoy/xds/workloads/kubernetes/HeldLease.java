package io.zenvoy.xds.workloads.kubernetes;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.zenvoy.xds.workloads.Leadership;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * A Lease that is held, by this machine's monotonic clock. Once it was let lapse it can't be
 * prolonged: somebody may have seen that, and has stopped to serve. Thread-safe.
 */
final class HeldLease implements Leadership {
  private final LongSupplier clock;
  private final Runnable onServing;

  @GuardedBy("this")
  private long untilNanos;

  @GuardedBy("this")
  private long writeNanos;

  @GuardedBy("this")
  private boolean ended;

  @GuardedBy("this")
  private boolean resigned;

  /**
   * Held since a renewal was sent.
   *
   * @param clock monotonic nanoseconds
   */
  HeldLease(LongSupplier clock, long sentNanos, LeaseTimes times, Runnable onServing) {
    this.clock = clock;
    this.onServing = onServing;
    this.untilNanos = sentNanos + times.giveUpAfter().toNanos();
    this.writeNanos = sentNanos + times.writeWithin().toNanos();
  }

  /**
   * Prolongs it by a renewal that has succeeded. A later one may have been answered before.
   *
   * @return false if it had lapsed already
   */
  synchronized boolean renewed(long sentNanos, LeaseTimes times) {
    if (!holds()) {
      return false;
    }
    long until = sentNanos + times.giveUpAfter().toNanos();
    if (until - untilNanos > 0) {
      untilNanos = until;
      writeNanos = sentNanos + times.writeWithin().toNanos();
    }
    return holds();
  }

  @Override
  public synchronized boolean holds() {
    ended = ended || clock.getAsLong() - untilNanos >= 0;
    return !ended;
  }

  /** Until when it is held unless it is renewed. */
  synchronized long untilNanos() {
    return untilNanos;
  }

  /**
   * How long a write may take that is sent now: it has to be over before anybody else can lead.
   *
   * @return zero if nothing may be written
   */
  synchronized Duration writeLimit(Duration wanted) {
    if (!holds()) {
      return Duration.ZERO;
    }
    Duration left = Duration.ofNanos(writeNanos - clock.getAsLong());
    return left.compareTo(wanted) < 0 ? left : wanted;
  }

  synchronized void end() {
    ended = true;
  }

  @Override
  public synchronized void resign() {
    ended = true;
    resigned = true;
  }

  synchronized boolean isResigned() {
    return resigned;
  }

  @Override
  public void serving() {
    onServing.run();
  }
}
