package io.zenvoy.xds.workloads.kubernetes.transport;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whether the other end answers pings, as all WebSockets to it have shown. It must, but something
 * between may not let them through; so it is believed to until several have ended for it and none
 * was ever answered. Thread-safe.
 */
final class PingHabit {
  /** Beats without a word from who answers pings. */
  private static final int BEATS = 4;

  /** The same from who does not; the API server sends a bookmark about once a minute. */
  static final int QUIET_BEATS = 150;

  private static final int TRIALS = 10;

  private final AtomicInteger unanswered = new AtomicInteger();
  private volatile boolean everAnswered;

  void answered() {
    everAnswered = true;
  }

  /** A WebSocket has ended for its silence. */
  void silent() {
    unanswered.incrementAndGet();
  }

  /** How many beats a WebSocket may be silent. */
  int patience() {
    return everAnswered || unanswered.get() < TRIALS ? BEATS : QUIET_BEATS;
  }
}
