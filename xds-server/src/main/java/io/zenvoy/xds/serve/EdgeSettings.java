package io.zenvoy.xds.serve;

/**
 * What the gRPC edge needs to know.
 *
 * @param port {@code XDS_PORT}, bound on all addresses; 0 for any free one
 * @param nodeId {@code XDS_NODE_ID}: nodes whose id or cluster is this are served
 */
public record EdgeSettings(int port, String nodeId, SlotRequirements slots) {
  public EdgeSettings {
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("port: " + port + " (expected: 0 to 65535)");
    }
    if (nodeId.isEmpty()) {
      throw new IllegalArgumentException("nodeId: empty (expected: what nodes are named)");
    }
  }
}
