package io.zenvoy.xds.serve;

import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.zenvoy.common.DaemonProtocol;
import io.zenvoy.common.Ipv4Network;
import io.zenvoy.common.PortRange;
import java.util.Map;
import java.util.Set;

/** Small resources, whose variant is a number, and the nodes that ask for them. */
final class TestingResources {
  static final SlotRequirements SLOTS =
      new SlotRequirements(
          SlotRequirements.Kind.TRANSPARENT,
          Ipv4Network.parse("127.128.0.0/9"),
          18001,
          new PortRange(20000, 32767));

  static final EdgeSettings SETTINGS = new EdgeSettings(0, "zenvoy", SLOTS);

  private TestingResources() {}

  static ResourceChange put(NodeKind audience, ResourceType type, String name, int variant) {
    return new ResourceChange(
        audience, type, Map.of(name, resource(type, name, variant)), Set.of());
  }

  static ResourceChange remove(NodeKind audience, ResourceType type, String name) {
    return new ResourceChange(audience, type, Map.of(), Set.of(name));
  }

  /** A resource of a type; other variants have other content. */
  static Message resource(ResourceType type, String name, int variant) {
    return switch (type) {
      case CLUSTER ->
          Cluster.newBuilder()
              .setName(name)
              .setConnectTimeout(Duration.newBuilder().setSeconds(variant))
              .build();
      case ENDPOINTS -> endpoints(name, "10.0.0.1", variant);
      case SECRET ->
          Secret.newBuilder()
              .setName(name)
              .setTlsCertificate(
                  TlsCertificate.newBuilder()
                      .setPassword(DataSource.newBuilder().setInlineString("v" + variant)))
              .build();
      case LISTENER -> Listener.newBuilder().setName(name).setStatPrefix("v" + variant).build();
      case ROUTES ->
          RouteConfiguration.newBuilder()
              .setName(name)
              .addInternalOnlyHeaders("v" + variant)
              .build();
    };
  }

  static ClusterLoadAssignment endpoints(String cluster, String host, int port) {
    return ClusterLoadAssignment.newBuilder()
        .setClusterName(cluster)
        .addEndpoints(
            LocalityLbEndpoints.newBuilder()
                .addLbEndpoints(
                    LbEndpoint.newBuilder()
                        .setEndpoint(
                            Endpoint.newBuilder()
                                .setAddress(
                                    Address.newBuilder()
                                        .setSocketAddress(
                                            SocketAddress.newBuilder()
                                                .setAddress(host)
                                                .setPortValue(port))))))
        .build();
  }

  static Node envoy(String id) {
    return Node.newBuilder().setId(id).setCluster("zenvoy").build();
  }

  static Node daemon(String id, String redirect) {
    Struct ours =
        Struct.newBuilder()
            .putFields(DaemonProtocol.NODE_KIND, text(DaemonProtocol.KIND_DAEMON))
            .putFields(DaemonProtocol.NODE_REDIRECT, text(redirect))
            .putFields(DaemonProtocol.NODE_PROXY_ADDRESS, text("127.128.0.0/9"))
            .putFields(
                DaemonProtocol.NODE_PROXY_PORT, Value.newBuilder().setNumberValue(18001).build())
            .putFields(DaemonProtocol.NODE_PROXY_PORTS, text("20000-32767"))
            .build();
    return Node.newBuilder()
        .setId(id)
        .setCluster("zenvoy")
        .setMetadata(
            Struct.newBuilder()
                .putFields(
                    DaemonProtocol.NAMESPACE, Value.newBuilder().setStructValue(ours).build()))
        .build();
  }

  private static Value text(String value) {
    return Value.newBuilder().setStringValue(value).build();
  }
}
