package io.zenvoy.xds.workloads.kubernetes;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Whether this contender could lead: for that the contest must go on, that is somebody else renews
 * the Lease, or we do. A look at a Lease that is free proves nothing, because it is not ours before
 * we have written it. Thread-safe.
 *
 * <p>It tells readiness alone. To restart what can't reach the API server would help nobody.
 */
final class LeaseHealth {
  /** Longer than the change of a leader takes, so that all who take part in one stay ready. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final LongSupplier clock;
  private volatile State state = new State(false, 0, "it was not read yet");

  /**
   * What is known.
   *
   * @param went whether the contest ever went on
   * @param atNanos when it did last
   * @param problem why it does not; empty if no reason is known
   */
  private record State(boolean went, long atNanos, String problem) {}

  /**
   * @param clock monotonic nanoseconds
   */
  LeaseHealth(LongSupplier clock) {
    this.clock = clock;
  }

  /** Somebody else was seen to hold the Lease, or we have written it. */
  void goesOn() {
    state = new State(true, clock.getAsLong(), "");
  }

  /** A request has failed. To be called by the thread that calls {@link #goesOn}. */
  void failed(String problem) {
    State before = state;
    state = new State(before.went(), before.atNanos(), problem);
  }

  /** Why this contender could not lead, in one line; empty if it could. */
  String unready() {
    State now = state;
    if (!now.went()) {
      return "the Lease " + LeaseClient.NAME + " can't be used: " + now.problem();
    }
    Duration since = Duration.ofNanos(clock.getAsLong() - now.atNanos());
    if (since.compareTo(PATIENCE) < 0) {
      return "";
    }
    return "the Lease %s can't be used for %d s: %s"
        .formatted(
            LeaseClient.NAME,
            since.toSeconds(),
            now.problem().isEmpty() ? "no request has ended" : now.problem());
  }
}
