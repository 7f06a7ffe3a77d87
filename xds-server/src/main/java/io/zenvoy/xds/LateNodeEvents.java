package io.zenvoy.xds;

import io.zenvoy.xds.serve.ActivityReport;
import io.zenvoy.xds.serve.NodeEvents;
import io.zenvoy.xds.serve.NodeKey;
import io.zenvoy.xds.serve.ResourceType;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Passes events on to a receiver that is built later than their source: the gRPC edge and the life
 * cycle know each other. The receiver is set before the edge is started, so none is missed.
 */
final class LateNodeEvents implements NodeEvents {
  private volatile @Nullable NodeEvents receiver;

  void pass(NodeEvents events) {
    receiver = events;
  }

  @Override
  public void connected(NodeKey node, int streams) {
    receiver().connected(node, streams);
  }

  @Override
  public void disconnected(NodeKey node, int streams) {
    receiver().disconnected(node, streams);
  }

  @Override
  public void acknowledged(NodeKey node, ResourceType type, long revision) {
    receiver().acknowledged(node, type, revision);
  }

  @Override
  public void rejected(NodeKey node, ResourceType type, String reason) {
    receiver().rejected(node, type, reason);
  }

  @Override
  public void reported(ActivityReport report) {
    receiver().reported(report);
  }

  @Override
  public void reportsEnded(NodeKey node, long stream) {
    receiver().reportsEnded(node, stream);
  }

  private NodeEvents receiver() {
    return Objects.requireNonNull(receiver, "events before the receiver was set");
  }
}
