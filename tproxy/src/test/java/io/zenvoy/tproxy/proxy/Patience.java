package io.zenvoy.tproxy.proxy;

import java.util.concurrent.TimeUnit;

/**
 * How long a schedule waits for what must be so. Loopback delivers before a system call returns,
 * except when the machine is busy, so that waiting is rare; but once a schedule has failed, others
 * like it are tried, and each would wait.
 */
final class Patience {
  private static final long AT_FIRST_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long LATER_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private long nanos = AT_FIRST_NANOS;

  boolean isOver(long waitedNanos) {
    if (waitedNanos < nanos) {
      return false;
    }
    nanos = LATER_NANOS;
    return true;
  }
}
