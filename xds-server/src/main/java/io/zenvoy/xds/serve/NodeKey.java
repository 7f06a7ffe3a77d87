package io.zenvoy.xds.serve;

/**
 * Names one client process. An Envoy and the daemon beside it may have the same id.
 *
 * @param id the node id, unique among the processes of a kind
 */
public record NodeKey(NodeKind kind, String id) {
  @Override
  public String toString() {
    return (kind == NodeKind.ENVOY ? "envoy " : "daemon ") + id;
  }
}
