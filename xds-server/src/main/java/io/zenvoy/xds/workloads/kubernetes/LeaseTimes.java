package io.zenvoy.xds.workloads.kubernetes;

import java.time.Duration;

/**
 * The times of the contest for the Lease.
 *
 * @param duration for how long others leave a Lease alone that does not change
 * @param giveUpAfter for how long one leads after the sending of the latest renewal that succeeded;
 *     what is left of {@code duration} is for ending streams and for clocks of different speed
 * @param renewEvery how often a leader renews
 * @param lookEvery how often the others look
 * @param retryAfter how long after a failure
 * @param requestLimit how long one request may take
 */
record LeaseTimes(
    Duration duration,
    Duration giveUpAfter,
    Duration renewEvery,
    Duration lookEvery,
    Duration retryAfter,
    Duration requestLimit) {
  /**
   * A leader that vanishes without a word is replaced within five seconds: another three pass until
   * the last client has noticed by its keep-alive that whom it is connected to is silent, and ten
   * are promised. Two renewals in a row may fail.
   */
  static final LeaseTimes DEFAULT =
      new LeaseTimes(
          Duration.ofSeconds(4),
          Duration.ofMillis(2500),
          Duration.ofMillis(800),
          Duration.ofMillis(500),
          Duration.ofMillis(200),
          Duration.ofSeconds(1));

  LeaseTimes {
    if (giveUpAfter.compareTo(duration) >= 0 || renewEvery.compareTo(giveUpAfter) >= 0) {
      throw new IllegalArgumentException(
          "renewEvery %s, giveUpAfter %s, duration %s (expected: each less than the next)"
              .formatted(renewEvery, giveUpAfter, duration));
    }
  }

  /** How long after the sending of the latest renewal a write of the leader must be over. */
  Duration writeWithin() {
    return giveUpAfter.plus(duration).dividedBy(2);
  }
}
