package io.zenvoy.tproxy.discovery;

import io.zenvoy.common.DaemonProtocol;
import io.zenvoy.tproxy.discovery.wire.ClusterLoadAssignment;
import io.zenvoy.tproxy.discovery.wire.LbEndpoint;
import io.zenvoy.tproxy.discovery.wire.LocalityLbEndpoints;
import io.zenvoy.tproxy.discovery.wire.SocketAddress;
import io.zenvoy.tproxy.discovery.wire.Struct;
import io.zenvoy.tproxy.discovery.wire.Value;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a {@link ClusterLoadAssignment} says.
 *
 * @param version the unsigned hash of the EDS version that brought it
 */
record EndpointAssignment(
    List<InetSocketAddress> endpoints, Optional<Route.Verdict> verdict, long version) {
  static final EndpointAssignment NONE = new EndpointAssignment(List.of(), Optional.empty(), 0);

  /**
   * Reads an assignment.
   *
   * @throws InvalidResourceException if an endpoint is not a literal address and a port
   */
  static EndpointAssignment parse(ClusterLoadAssignment assignment, long version)
      throws InvalidResourceException {
    List<InetSocketAddress> endpoints = new ArrayList<>();
    Optional<Route.Verdict> verdict = Optional.empty();
    for (LocalityLbEndpoints locality : assignment.getEndpointsList()) {
      for (LbEndpoint endpoint : locality.getLbEndpointsList()) {
        endpoints.add(parse(assignment, endpoint.getEndpoint().getAddress().getSocketAddress()));
      }
      Struct fields =
          locality
              .getMetadata()
              .getFilterMetadataOrDefault(DaemonProtocol.NAMESPACE, Struct.getDefaultInstance());
      String id = text(fields, DaemonProtocol.VERDICT_ID);
      if (!id.isEmpty()) {
        verdict = Optional.of(new Route.Verdict(id, text(fields, DaemonProtocol.VERDICT)));
      }
    }
    return new EndpointAssignment(List.copyOf(endpoints), verdict, version);
  }

  private static InetSocketAddress parse(ClusterLoadAssignment assignment, SocketAddress address)
      throws InvalidResourceException {
    int port = address.getPortValue();
    try {
      if (port < 1 || port > 65535) {
        throw new IllegalArgumentException("port " + port);
      }
      return new InetSocketAddress(InetAddress.ofLiteral(address.getAddress()), port);
    } catch (IllegalArgumentException e) {
      throw new InvalidResourceException(
          "endpoint of "
              + assignment.getClusterName()
              + ": \""
              + address.getAddress()
              + "\" port "
              + port
              + " (expected: an IP address and a port from 1 to 65535)",
          e);
    }
  }

  private static String text(Struct fields, String name) {
    return fields.getFieldsOrDefault(name, Value.getDefaultInstance()).getStringValue();
  }
}
