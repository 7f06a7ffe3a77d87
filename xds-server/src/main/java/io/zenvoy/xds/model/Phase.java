package io.zenvoy.xds.model;

import java.util.Locale;

/** Where a workload stands. */
public enum Phase {
  /** No endpoint: Envoys send to the slot, daemons park. */
  ASLEEP,
  /** Scaled up or asked to be, no endpoint is ready yet. */
  WAKING,
  /** Ready: Envoys send to the pods. */
  AWAKE,
  /**
   * Quiet for long enough: Envoys send to the slot again, and it is being proven that nothing is
   * under way.
   */
  DRAINING;

  /** The name as metrics and logs write it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
