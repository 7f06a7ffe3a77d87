package io.zenvoy.xds.serve;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Status;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import java.util.Map;
import java.util.Set;

/** A model of an Envoy that speaks the state-of-the-world variant. */
final class TestingStateOfTheWorldNode extends TestingNode<DiscoveryRequest, DiscoveryResponse> {
  private final Map<ResourceType, StringBuilder> nonces = byType(StringBuilder::new);

  TestingStateOfTheWorldNode() {
    super(new StateOfTheWorld());
    begin();
  }

  @Override
  DiscoveryRequest first(ResourceType type) {
    return request(type).build();
  }

  @Override
  DiscoveryRequest resubscription(ResourceType type, Set<String> added, Set<String> removed) {
    return request(type).build();
  }

  @Override
  DiscoveryRequest answer(ResourceType type, DiscoveryResponse response, Opinion opinion) {
    StringBuilder nonce = of(nonces, type);
    nonce.setLength(0);
    nonce.append(response.getNonce());
    return switch (opinion) {
      case REJECTED -> request(type).setErrorDetail(Status.newBuilder().setMessage("no")).build();
      case ACCEPTED -> {
        if (isWildcard(type)) {
          held(type).clear();
        }
        for (Any resource : response.getResourcesList()) {
          String name = name(type, resource.getValue());
          if (isWanted(type, name)) {
            held(type).put(name, resource.getValue());
          }
        }
        yield request(type).build();
      }
    };
  }

  private DiscoveryRequest.Builder request(ResourceType type) {
    return DiscoveryRequest.newBuilder()
        .setTypeUrl(type.typeUrl())
        .setResponseNonce(of(nonces, type).toString())
        .addAllResourceNames(names(type));
  }

  /**
   * That routes or secrets are gone can't be told in this variant, so a client may go on holding
   * them.
   */
  @Override
  Map<String, ByteString> held(ResourceType type) {
    Map<String, ByteString> held = super.held(type);
    if (type == ResourceType.ROUTES || type == ResourceType.SECRET) {
      held.keySet().retainAll(expected(type).keySet());
    }
    return held;
  }

  @Override
  ResourceType typeOf(DiscoveryResponse response) {
    return ResourceType.of(response.getTypeUrl()).orElseThrow();
  }

  @Override
  void forget() {
    nonces.values().forEach(nonce -> nonce.setLength(0));
  }

  private static String name(ResourceType type, ByteString content) {
    try {
      return switch (type) {
        case CLUSTER -> Cluster.parseFrom(content).getName();
        case ENDPOINTS -> ClusterLoadAssignment.parseFrom(content).getClusterName();
        case SECRET -> Secret.parseFrom(content).getName();
        case LISTENER -> Listener.parseFrom(content).getName();
        case ROUTES -> RouteConfiguration.parseFrom(content).getName();
      };
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }
}
