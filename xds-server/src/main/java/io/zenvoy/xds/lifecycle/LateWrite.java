package io.zenvoy.xds.lifecycle;

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
  private final Activity activity;
  private final WorkloadClusters clusters;
  private final Neighbours neighbours;
  private boolean zeroed;
  private boolean undone;

  LateWrite(Activity activity, WorkloadClusters clusters, Neighbours neighbours) {
    this.activity = activity;
    this.clusters = clusters;
    this.neighbours = neighbours;
  }

  /** Somebody else took the last replica away. */
  void zeroed() {
    zeroed = !undone && neighbours.mayFormerLeaderWrite();
  }

  /** The workload has replicas again. */
  void passed() {
    zeroed = false;
  }

  /** Whether the workload is to be woken at once; true once. */
  boolean isToBeUndone() {
    if (!zeroed || !activity.isUnderWay(clusters.all())) {
      return false;
    }
    zeroed = false;
    undone = true;
    return true;
  }
}
