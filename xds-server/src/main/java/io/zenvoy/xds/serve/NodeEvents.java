package io.zenvoy.xds.serve;

/**
 * What the gRPC edge tells. Called on gRPC threads, in order for one node; implementations must not
 * block.
 */
public interface NodeEvents {
  /**
   * A node that is served opened its ADS stream.
   *
   * @param problem why this daemon can't receive the slots in use; empty if nothing is wrong
   */
  void connected(NodeKey node, String problem);

  /** The node's last ADS stream has ended. */
  void disconnected(NodeKey node);

  /**
   * The node accepted everything of a type up to a revision.
   *
   * @param revision as returned by {@link XdsEdge#apply}
   */
  void acknowledged(NodeKey node, ResourceType type, long revision);

  /** The node rejected what it was sent and keeps what it had. */
  void rejected(NodeKey node, ResourceType type, String reason);

  /** The node reported its activity. */
  void reported(ActivityReport report);

  /** A node's metrics stream has ended; it is unknown until it reports anew. */
  void reportsEnded(NodeKey node, long stream);
}
