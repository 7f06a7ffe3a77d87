package io.zenvoy.tproxy.proxy;

import io.zenvoy.tproxy.discovery.ActivitySource.Activity;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Counts one cluster's connections over all event loops. Parked and active ones share one number,
 * so that a connection which changes from one to the other is seen as exactly one of both.
 * Thread-safe.
 */
final class ClusterTraffic {
  /** A browser that was shown the waiting page is back after a second, or not much later. */
  private static final long BACK_WITHIN_NANOS = TimeUnit.SECONDS.toNanos(4);

  private static final long ONE_PARKED = 1;
  private static final long ONE_ACTIVE = 1L << 32;

  private final String cluster;
  private final TrafficSignals signals;
  private final AtomicLong held = new AtomicLong();
  private final AtomicLong accepted = new AtomicLong();
  private final AtomicInteger lots = new AtomicInteger();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicInteger relayed = new AtomicInteger();
  private final AtomicInteger unreleased = new AtomicInteger();
  private final AtomicBoolean releaseAnnounced = new AtomicBoolean(true);
  private volatile @Nullable PageShown pageShown;

  /** The last waiting page, and the verdict that was known before it. */
  private record PageShown(String verdictId, long nanos) {}

  ClusterTraffic(String cluster, TrafficSignals signals) {
    this.cluster = cluster;
    this.signals = signals;
  }

  /** Told after figures have changed, by the thread that changed them. */
  interface TrafficSignals {
    /** The next periodic report suffices. */
    void changed(String cluster);

    /** Worth a report at once. */
    void changedUrgently(String cluster);
  }

  Activity activity() {
    long both = held.get();
    // Read after both: a connection that has come and gone is at least in the total.
    return new Activity(accepted.get(), active(both), parked(both));
  }

  int parked() {
    return parked(held.get());
  }

  /** How many connections have come. */
  long total() {
    return accepted.get();
  }

  int relayed() {
    return relayed.get();
  }

  boolean isIdle() {
    return held.get() == 0;
  }

  /** An event loop may have connections of this cluster from now on. */
  void lotOpened() {
    lots.incrementAndGet();
  }

  void lotClosed() {
    lots.decrementAndGet();
  }

  /** Whether there is no connection, and none can come. */
  boolean isUnused() {
    return lots.get() == 0 && isIdle();
  }

  /** Connections that are parked or dialled and were not refused. */
  AtomicInteger waiting() {
    return waiting;
  }

  void accepted() {
    accepted.incrementAndGet();
    signals.changed(cluster);
  }

  /**
   * A new connection is parked.
   *
   * @return whether it is the only one
   */
  boolean parkedNew() {
    unreleased.incrementAndGet();
    return add(ONE_PARKED);
  }

  /**
   * A connection that was dialled is parked.
   *
   * @return whether it is the only one
   */
  boolean parkedAgain() {
    return add(ONE_PARKED - ONE_ACTIVE);
  }

  /** A parked connection that is dialled from now on. */
  void dialledFromParked() {
    add(ONE_ACTIVE - ONE_PARKED);
  }

  void dialledNew() {
    add(ONE_ACTIVE);
  }

  void relaying() {
    relayed.incrementAndGet();
    waiting.decrementAndGet();
  }

  void relayEnded() {
    relayed.decrementAndGet();
    add(-ONE_ACTIVE);
  }

  void parkedEnded() {
    waiting.decrementAndGet();
    add(-ONE_PARKED);
  }

  /** A connection ended while it was dialled. */
  void dialEnded() {
    waiting.decrementAndGet();
    add(-ONE_ACTIVE);
  }

  /** The first connection was parked: its release will be announced. */
  void expectRelease() {
    releaseAnnounced.set(false);
  }

  /** Whether this is the first forwarded connection since {@link #expectRelease}. */
  boolean announceRelease() {
    return releaseAnnounced.compareAndSet(false, true);
  }

  /** How many connections were parked and have neither been forwarded nor ended since. */
  AtomicInteger unreleased() {
    return unreleased;
  }

  /**
   * A browser was shown the waiting page.
   *
   * @param verdictId of the latest wake that had failed by then; empty if none had
   */
  void waitingPageShown(String verdictId, long nowNanos) {
    pageShown = new PageShown(verdictId, nowNanos);
  }

  /**
   * Whether a browser that asks now may have been away, between two waiting pages, when a verdict
   * came.
   */
  boolean mayHaveMissed(String verdictId, long nowNanos) {
    PageShown last = pageShown;
    return last != null
        && !verdictId.isEmpty()
        && !verdictId.equals(last.verdictId())
        && nowNanos - last.nanos() < BACK_WITHIN_NANOS;
  }

  private boolean add(long delta) {
    long after = held.addAndGet(delta);
    long before = after - delta;
    boolean parkedMore = parked(after) > parked(before);
    boolean turned =
        (parked(after) == 0) != (parked(before) == 0)
            || (active(after) == 0) != (active(before) == 0);
    if (parkedMore || turned) {
      signals.changedUrgently(cluster);
    } else {
      signals.changed(cluster);
    }
    return parkedMore && parked(before) == 0;
  }

  private static int parked(long both) {
    return (int) both;
  }

  private static int active(long both) {
    return (int) (both >>> 32);
  }
}
