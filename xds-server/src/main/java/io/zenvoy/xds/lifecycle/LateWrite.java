package io.zenvoy.xds.lifecycle;

import io.zenvoy.xds.model.WorkloadKey;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Undoes what a former leader wrote too late. It had proven that a workload is quiet, sent the
 * write to zero, and was cut off; the packet arrives when the next leader has led clients to the
 * pods, and the condition of the write still holds, because nobody has changed the workload.
 * Nothing tells such a write from a person's, so a zero under clients is undone once, in the time
 * in which a packet may still arrive; the second one is obeyed.
 *
 * <p>Owned by the life cycle's thread.
 */
final class LateWrite {
  /** Until then every Envoy has told what it had under way; later it may have begun later. */
  private static final Duration SEEN = Duration.ofSeconds(10);

  private final WorkloadKey key;
  private final Activity activity;
  private final WorkloadClusters clusters;
  private final Neighbours neighbours;
  private final LongSupplier clock;
  private boolean zeroed;
  private long zeroedNanos;
  private boolean undone;

  LateWrite(
      WorkloadKey key,
      Activity activity,
      WorkloadClusters clusters,
      Neighbours neighbours,
      LongSupplier clock) {
    this.key = key;
    this.activity = activity;
    this.clusters = clusters;
    this.neighbours = neighbours;
    this.clock = clock;
  }

  /** Somebody else took the last replica away. */
  void zeroed() {
    zeroed = !undone && neighbours.mayFormerLeaderWrite();
    zeroedNanos = clock.getAsLong();
  }

  /** The workload has replicas again. */
  void passed() {
    zeroed = false;
  }

  /** Whether the workload is to be woken at once; true once. What wakes with it is woken too. */
  boolean undo() {
    zeroed &= clock.getAsLong() - zeroedNanos <= SEEN.toNanos();
    if (!zeroed || !activity.isUnderWay(clusters.all())) {
      return false;
    }
    zeroed = false;
    undone = true;
    neighbours.wakeBegun(key);
    return true;
  }
}
