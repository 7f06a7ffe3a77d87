package io.zenvoy.xds.workloads.kubernetes;

import io.zenvoy.xds.model.ServiceKey;
import java.util.List;

/** Hears what is wrong with Services. Called on the thread that owns the {@link Inventory}. */
@FunctionalInterface
interface ServiceProblems {
  /**
   * Tells the whole state, again whenever the Service was looked at.
   *
   * @param problems what its owner must correct, one line each; empty: nothing (any more)
   */
  void found(ServiceKey service, List<String> problems);
}
