package io.zenvoy.xds.workloads.kubernetes;

import java.time.Duration;

/**
 * The times of the contest for the Lease.
 *
 * @param duration for how long others leave a Lease alone that does not change
 * @param giveUpAfter for how long one leads after the sending of the latest renewal that succeeded;
 *     what is left of {@code duration} is for ending streams and for clocks of different speed
 * @param renewEvery how often a leader renews, whether earlier renewals were answered or not: it
 *     goes on as long as an answer takes less than {@code giveUpAfter} without {@code renewEvery}
 * @param lookEvery how often the others look
 * @param retryAfter how long after a failure
 * @param requestLimit how long one request may take of somebody who does not lead. Whoever becomes
 *     leader by one that has taken so long can still renew by another one
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
   * are promised. Three renewals in a row may be lost, or an API server take two seconds for each.
   */
  static final LeaseTimes DEFAULT =
      new LeaseTimes(
          Duration.ofSeconds(4),
          Duration.ofMillis(2500),
          Duration.ofMillis(500),
          Duration.ofMillis(500),
          Duration.ofMillis(200),
          Duration.ofSeconds(1));

  LeaseTimes {
    if (giveUpAfter.compareTo(duration) >= 0 || renewEvery.compareTo(giveUpAfter) >= 0) {
      throw new IllegalArgumentException(
          "renewEvery %s, giveUpAfter %s, duration %s (expected: each less than the next)"
              .formatted(renewEvery, giveUpAfter, duration));
    }
    if (requestLimit.multipliedBy(2).compareTo(giveUpAfter) >= 0) {
      throw new IllegalArgumentException(
          "requestLimit %s (expected: less than half of giveUpAfter, %s)"
              .formatted(requestLimit, giveUpAfter));
    }
  }

  /** How long after the sending of the latest renewal a write of the leader must be over. */
  Duration writeWithin() {
    return giveUpAfter.plus(duration).dividedBy(2);
  }
}
