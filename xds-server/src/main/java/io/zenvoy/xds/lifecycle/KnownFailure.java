package io.zenvoy.xds.lifecycle;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Why one workload can't become ready without somebody's help, as far as Kubernetes tells.
 *
 * <p>Owned by the life cycle's thread.
 */
final class KnownFailure {
  /**
   * For how long a failure of one of several replicas may be only that: others are being made, and
   * are told of a little later.
   */
  private static final Duration OTHERS = Duration.ofSeconds(2);

  private final LongSupplier clock;
  private String reason = "";
  private boolean toldSinceWake;
  private long toldNanos;

  /**
   * @param clock monotonic nanoseconds
   */
  KnownFailure(LongSupplier clock) {
    this.clock = clock;
  }

  void told(String now) {
    reason = now;
    toldSinceWake = true;
    toldNanos = clock.getAsLong();
  }

  /** It is over, or the workload is ready after all. */
  void recovered() {
    reason = "";
    toldSinceWake = false;
  }

  /** A wake begins: what was told before may be out of date. */
  void wakeBegins() {
    toldSinceWake = false;
  }

  boolean isKnown() {
    return !reason.isEmpty();
  }

  /** For people; empty if nothing is known to be wrong. */
  String reason() {
    return reason;
  }

  /** Whether waiting for so many replicas any longer is of no use. */
  boolean isFinal(int replicas) {
    return toldSinceWake && (replicas <= 1 || clock.getAsLong() - toldNanos >= OTHERS.toNanos());
  }
}
