package io.zenvoy.xds.lifecycle;

import io.zenvoy.xds.serve.NodeEvents;
import io.zenvoy.xds.workloads.Leadership;
import io.zenvoy.xds.workloads.Scaler;

/**
 * The time for which this control plane serves: a life cycle that remembers nothing of what was
 * before, and the edge that it publishes to.
 */
public interface Term extends AutoCloseable {
  Lifecycle lifecycle();

  /** Ends every stream and forgets everything; blocks for a second at most. */
  @Override
  void close();

  /** Begins terms, one after the other. */
  @FunctionalInterface
  interface Factory {
    /**
     * Begins one.
     *
     * @param nodes told what Envoys and daemons do
     * @param scaler for the life cycle
     * @throws io.zenvoy.common.StartupException if the port can't be bound
     */
    Term begin(Leadership leadership, NodeEvents nodes, Scaler scaler);
  }
}
