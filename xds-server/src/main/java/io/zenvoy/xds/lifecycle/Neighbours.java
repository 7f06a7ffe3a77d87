package io.zenvoy.xds.lifecycle;

import io.zenvoy.xds.model.WorkloadKey;

/** What one workload's life has to know of everything else. */
interface Neighbours {
  /** Whether something is awaited, and not ready, that a workload wakes with. */
  boolean isWakerAwaited(WorkloadKey workload);

  /** A workload is being woken for a reason of its own. */
  void wakeBegun(WorkloadKey workload);
}
