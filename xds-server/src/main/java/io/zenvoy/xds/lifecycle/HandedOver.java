package io.zenvoy.xds.lifecycle;

import io.zenvoy.xds.serve.ActivityReport;
import io.zenvoy.xds.serve.NodeEvents;
import io.zenvoy.xds.serve.NodeKey;
import io.zenvoy.xds.serve.ResourceType;
import java.util.function.Consumer;

/**
 * What nodes do, handed over to the life cycle of one term.
 *
 * @param thread brings an event to the life cycle's thread
 */
record HandedOver(Consumer<Consumer<Lifecycle>> thread) implements NodeEvents {
  @Override
  public void connected(NodeKey node, int streams) {
    thread.accept(lifecycle -> lifecycle.connected(node, streams));
  }

  @Override
  public void disconnected(NodeKey node, int streams) {
    thread.accept(lifecycle -> lifecycle.disconnected(node, streams));
  }

  @Override
  public void acknowledged(NodeKey node, ResourceType type, long revision) {
    thread.accept(lifecycle -> lifecycle.acknowledged(node, type, revision));
  }

  @Override
  public void rejected(NodeKey node, ResourceType type, String reason) {
    thread.accept(lifecycle -> lifecycle.rejected(node, type, reason));
  }

  @Override
  public void reported(ActivityReport report) {
    thread.accept(lifecycle -> lifecycle.reported(report));
  }

  @Override
  public void reportsEnded(NodeKey node, long stream) {
    thread.accept(lifecycle -> lifecycle.reportsEnded(node, stream));
  }
}
