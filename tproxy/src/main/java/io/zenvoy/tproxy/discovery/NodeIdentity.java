package io.zenvoy.tproxy.discovery;

import io.zenvoy.common.DaemonProtocol;
import io.zenvoy.tproxy.discovery.wire.Node;
import io.zenvoy.tproxy.discovery.wire.Struct;
import io.zenvoy.tproxy.discovery.wire.Value;
import io.zenvoy.tproxy.redirect.ReceivableSlots;

/**
 * How the daemon introduces itself to xds-server.
 *
 * @param id unique per process
 * @param cluster {@code XDS_NODE_ID}
 */
public record NodeIdentity(String id, String cluster, ReceivableSlots slots) {
  /** The node of the first message of every stream. */
  Node toNode() {
    Struct daemon =
        Struct.newBuilder()
            .putFields(DaemonProtocol.NODE_KIND, text(DaemonProtocol.KIND_DAEMON))
            .putFields(DaemonProtocol.NODE_REDIRECT, text(slots.kind().text()))
            .putFields(
                DaemonProtocol.NODE_PROXY_PORT,
                Value.newBuilder().setNumberValue(slots.listenerPort()).build())
            .putFields(DaemonProtocol.NODE_PROXY_ADDRESS, text(slots.network().toString()))
            .putFields(DaemonProtocol.NODE_PROXY_PORTS, text(slots.ports().toString()))
            .build();
    return Node.newBuilder()
        .setId(id)
        .setCluster(cluster)
        .setUserAgentName("zenvoy-tproxy")
        .setMetadata(
            Struct.newBuilder()
                .putFields(
                    DaemonProtocol.NAMESPACE, Value.newBuilder().setStructValue(daemon).build()))
        .build();
  }

  private static Value text(String value) {
    return Value.newBuilder().setStringValue(value).build();
  }
}
