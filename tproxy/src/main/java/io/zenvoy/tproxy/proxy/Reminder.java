package io.zenvoy.tproxy.proxy;

import java.util.concurrent.TimeUnit;

/**
 * Says when it is time to repeat what could be said thousands of times a second. Not thread-safe.
 */
final class Reminder {
  private static final long PAUSE = TimeUnit.MINUTES.toNanos(1);

  private boolean said;
  private long saidNanos;

  /** Whether it was not said for a minute; then it is, now. */
  boolean isDue(long nowNanos) {
    if (said && nowNanos - saidNanos < PAUSE) {
      return false;
    }
    said = true;
    saidNanos = nowNanos;
    return true;
  }
}
