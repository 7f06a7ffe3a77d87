package io.zenvoy.xds.lifecycle;

import io.zenvoy.xds.model.WorkloadKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Whether one workload is to be awake although none of its own clients waits: in its awake times,
 * and when another one is woken that it wakes with. Who takes it to zero all the same is obeyed: it
 * is not asked for again for the same reason.
 *
 * <p>Owned by the life cycle's thread.
 */
final class Wanted {
  /** For how long what somebody else took to zero is left there whatever wakes with it. */
  private static final Duration RESPITE = Duration.ofMinutes(1);

  private final WorkloadKey key;
  private final WorkloadClusters clusters;
  private final Neighbours neighbours;
  private final LongSupplier clock;
  private final InstantSource wallClock;

  private boolean wished;

  private boolean dropped;
  private long droppedNanos;
  private Instant droppedAt = Instant.MIN;

  Wanted(
      WorkloadKey key,
      WorkloadClusters clusters,
      Neighbours neighbours,
      LongSupplier clock,
      InstantSource wallClock) {
    this.key = key;
    this.clusters = clusters;
    this.neighbours = neighbours;
    this.clock = clock;
    this.wallClock = wallClock;
  }

  /** It is to be awake once, because something is woken that it wakes with. */
  void wish() {
    wished = true;
  }

  /** It was awake, or its wake has failed. */
  void settled() {
    wished = false;
  }

  /** Nothing that is wanted now is wanted any longer; what begins later is. */
  void drop() {
    wished = false;
    dropped = true;
    droppedNanos = clock.getAsLong();
    droppedAt = wallClock.instant();
  }

  /** It has replicas again, or would be given some again: what was dropped is wanted again. */
  void resume() {
    dropped = false;
  }

  boolean isWanted() {
    return isAwakeTime() || isWantedByOthers();
  }

  /** Whether its own awake times want it. */
  boolean isAwakeTime() {
    Instant now = wallClock.instant();
    Optional<Instant> begun = clusters.awakeTimeBegun(now);
    if (dropped && droppedAt.isAfter(now)) {
      droppedAt = now; // the clock was wrong then, or is now
    }
    return begun.isPresent() && (!dropped || begun.get().isAfter(droppedAt));
  }

  /** Whether something that it wakes with was woken, and it was neither awake nor failed since. */
  boolean isWished() {
    return wished && (!dropped || clock.getAsLong() - droppedNanos >= RESPITE.toNanos());
  }

  private boolean isWantedByOthers() {
    return isWished() || (!dropped && neighbours.isWakerAwaited(key));
  }
}
