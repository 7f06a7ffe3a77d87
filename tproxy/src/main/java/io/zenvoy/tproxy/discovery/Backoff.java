package io.zenvoy.tproxy.discovery;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * The pauses between attempts to connect: doubling from 50 ms to 1 s, each cut at random by up to a
 * half, so that daemons that lost one server do not come back as one. Owned by one thread.
 */
final class Backoff {
  private static final long FIRST_MILLIS = 50;
  private static final long LAST_MILLIS = 1000;

  private final DoubleSupplier random;
  private long ceilingMillis = FIRST_MILLIS;

  /**
   * @param random uniform in [0, 1)
   */
  Backoff(DoubleSupplier random) {
    this.random = random;
  }

  /** The next pause. */
  Duration next() {
    long pause = Math.round(ceilingMillis * (1 - random.getAsDouble() / 2));
    ceilingMillis = Math.min(LAST_MILLIS, ceilingMillis * 2);
    return Duration.ofMillis(pause);
  }

  /** The connection works: the next pause is short again. */
  void reset() {
    ceilingMillis = FIRST_MILLIS;
  }
}
