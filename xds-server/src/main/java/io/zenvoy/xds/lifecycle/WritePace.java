package io.zenvoy.xds.lifecycle;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;

/**
 * When the next write of one workload's replicas may be sent, so that nobody who fails it or undoes
 * it makes a storm of it: about twenty a minute at most. What goes as it should is never delayed.
 *
 * <p>Owned by the life cycle's thread.
 */
final class WritePace {
  /** A zero that follows a wake of ours within this time was set against it. */
  private static final Duration RESET = Duration.ofSeconds(10);

  private final LongSupplier clock;
  private final BackOff failures = new BackOff();
  private final BackOff resets = new BackOff();
  private boolean overtaken;
  private boolean hasWoken;
  private long wokeNanos;

  /** Waiting times that double. */
  private static final class BackOff {
    private static final long FIRST_NANOS = Duration.ofMillis(100).toNanos();
    private static final long MAX_NANOS = Duration.ofSeconds(3).toNanos();

    /** After this long without another reason to wait the earlier ones no longer count. */
    private static final long CALM_NANOS = Duration.ofSeconds(30).toNanos();

    private long delayNanos;
    private long untilNanos;

    void grow(long nowNanos) {
      boolean calm = delayNanos == 0 || nowNanos - untilNanos >= CALM_NANOS;
      delayNanos = calm ? FIRST_NANOS : Math.min(MAX_NANOS, delayNanos * 2);
      long jitter = ThreadLocalRandom.current().nextLong(delayNanos / 4);
      untilNanos = nowNanos + delayNanos - jitter;
    }

    boolean holds(long nowNanos) {
      return delayNanos > 0 && nowNanos - untilNanos < 0;
    }

    boolean isUnder() {
      return delayNanos > 0;
    }

    void clear() {
      delayNanos = 0;
    }
  }

  /**
   * @param clock monotonic nanoseconds
   */
  WritePace(LongSupplier clock) {
    this.clock = clock;
  }

  boolean mayWrite() {
    long now = clock.getAsLong();
    return !failures.holds(now) && !resets.holds(now);
  }

  /** Whether somebody else sets back what is written, and did so lately. */
  boolean isReset() {
    return resets.isUnder();
  }

  /** A write is sent. */
  void sent(int replicas) {
    hasWoken = replicas > 0;
    wokeNanos = clock.getAsLong();
  }

  /** A write was carried out. */
  void carriedOut(int replicas) {
    failures.clear();
    overtaken = false;
    if (replicas == 0) {
      resets.clear();
    }
  }

  /** A write was not carried out. */
  void failed() {
    failures.grow(clock.getAsLong());
  }

  /**
   * The workload had changed in something else than its replicas: the first time that is repeated
   * at once.
   */
  void overtaken() {
    if (overtaken) {
      failed();
    }
    overtaken = true;
  }

  /** Somebody else took the last replica away. */
  void zeroedByOthers() {
    long now = clock.getAsLong();
    if (hasWoken && now - wokeNanos < RESET.toNanos()) {
      resets.grow(now);
    }
  }
}
