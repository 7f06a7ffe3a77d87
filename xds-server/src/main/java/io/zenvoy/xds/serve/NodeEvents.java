package io.zenvoy.xds.serve;

/**
 * What the gRPC edge tells. Called on gRPC threads, in order for one node; implementations must not
 * block.
 */
public interface NodeEvents {
  /**
   * A node that is served opened an ADS stream.
   *
   * @param streams how many of that id are open now: two for a moment when a node reconnects, and
   *     for longer if two nodes have one id
   */
  void connected(NodeKey node, int streams);

  /**
   * An ADS stream of a node has ended.
   *
   * @param streams how many of that id are left
   */
  void disconnected(NodeKey node, int streams);

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
