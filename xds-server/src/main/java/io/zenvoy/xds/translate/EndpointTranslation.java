package io.zenvoy.xds.translate;

import com.google.protobuf.Struct;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.zenvoy.common.DaemonProtocol;
import io.zenvoy.common.HostPort;
import io.zenvoy.common.Slot;
import io.zenvoy.xds.model.Assignment;
import io.zenvoy.xds.model.Assignment.EnvoySide;
import io.zenvoy.xds.model.Verdict;
import java.util.List;

/**
 * Where connections go, as Envoys and as daemons see it.
 *
 * @see <a
 *     href="https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/endpoint/v3/endpoint.proto">Envoy's
 *     endpoints</a>
 */
final class EndpointTranslation {
  private EndpointTranslation() {}

  static ClusterLoadAssignment forEnvoys(Assignment assignment) {
    ClusterLoadAssignment.Builder builder = named(assignment);
    HostPort slot = hostPort(assignment.cluster().slot());
    switch (assignment.envoy()) {
      case EnvoySide.SlotOnly() -> builder.addEndpoints(locality(List.of(slot), 0));
      case EnvoySide.PodsOnly(List<HostPort> pods) -> builder.addEndpoints(locality(pods, 0));
      case EnvoySide.PodsThenSlot(List<HostPort> pods) ->
          builder.addEndpoints(locality(pods, 0)).addEndpoints(locality(List.of(slot), 1));
    }
    return builder.build();
  }

  static ClusterLoadAssignment forDaemons(Assignment assignment) {
    ClusterLoadAssignment.Builder builder = named(assignment);
    if (!assignment.daemon().isEmpty()) {
      builder.addEndpoints(locality(assignment.daemon(), 0));
    }
    assignment.verdict().ifPresent(verdict -> builder.addEndpoints(verdict(verdict)));
    return builder.build();
  }

  private static ClusterLoadAssignment.Builder named(Assignment assignment) {
    return ClusterLoadAssignment.newBuilder().setClusterName(assignment.cluster().name());
  }

  static LocalityLbEndpoints locality(List<HostPort> endpoints, int priority) {
    LocalityLbEndpoints.Builder locality = LocalityLbEndpoints.newBuilder().setPriority(priority);
    endpoints.forEach(endpoint -> locality.addLbEndpoints(endpoint(endpoint)));
    return locality.build();
  }

  private static LbEndpoint endpoint(HostPort endpoint) {
    return LbEndpoint.newBuilder()
        .setEndpoint(
            Endpoint.newBuilder()
                .setAddress(
                    Address.newBuilder()
                        .setSocketAddress(
                            SocketAddress.newBuilder()
                                .setAddress(endpoint.host())
                                .setPortValue(endpoint.port()))))
        .build();
  }

  private static LocalityLbEndpoints verdict(Verdict verdict) {
    Struct zenvoy =
        Struct.newBuilder()
            .putFields(DaemonProtocol.VERDICT, ClusterTranslation.text(verdict.reason()))
            .putFields(DaemonProtocol.VERDICT_ID, ClusterTranslation.text(verdict.id()))
            .build();
    return LocalityLbEndpoints.newBuilder()
        .setMetadata(Metadata.newBuilder().putFilterMetadata(DaemonProtocol.NAMESPACE, zenvoy))
        .build();
  }

  private static HostPort hostPort(Slot slot) {
    return new HostPort(slot.host(), slot.port());
  }
}
