package io.zenvoy.xds.lifecycle;

import io.zenvoy.xds.model.WorkloadKey;

/** What one workload's life has to know of everything else. */
interface Neighbours {
  /** Whether a workload is to be awake although none of its own clients waits. */
  boolean want(WorkloadKey workload);

  /** Clients wait for a workload for which none waited before. */
  void awaited(WorkloadKey workload);
}
