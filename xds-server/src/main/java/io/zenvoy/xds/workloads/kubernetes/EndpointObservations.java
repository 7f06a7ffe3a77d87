package io.zenvoy.xds.workloads.kubernetes;

import io.fabric8.kubernetes.api.model.EndpointAddress;
import io.fabric8.kubernetes.api.model.EndpointSubset;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointConditions;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.workloads.kubernetes.ObservedSlice.Family;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Takes from EndpointSlices, and from the Endpoints that stand in for them, what zenvoy reads of
 * them. Pure.
 *
 * @see <a
 *     href="https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#conditions">
 *     conditions of endpoints</a>
 */
final class EndpointObservations {
  static final String SERVICE_LABEL = "kubernetes.io/service-name";

  private EndpointObservations() {}

  /** The Service that a slice belongs to, if it belongs to any. */
  static Optional<ServiceKey> serviceOf(HasMetadata slice) {
    Map<String, String> labels = Observations.orEmpty(slice.getMetadata().getLabels());
    return Optional.ofNullable(labels.get(SERVICE_LABEL))
        .map(name -> new ServiceKey(slice.getMetadata().getNamespace(), name));
  }

  /** Empty for addresses that are neither IPv4 nor IPv6. */
  static List<ObservedSlice> slice(EndpointSlice slice) {
    Optional<Family> family = family(slice.getAddressType());
    if (family.isEmpty()) {
      return List.of();
    }
    return List.of(
        new ObservedSlice(
            family.get(),
            Observations.orEmpty(slice.getPorts()).stream()
                .filter(port -> isTcp(port.getProtocol()) && port.getPort() != null)
                .map(EndpointObservations::port)
                .toList(),
            addresses(slice, EndpointObservations::isReady),
            addresses(slice, EndpointObservations::isStarting)));
  }

  /** One for each subset and family: those of v1 Endpoints don't know terminating pods. */
  static List<ObservedSlice> subsets(List<EndpointSubset> subsets) {
    return subsets.stream()
        .flatMap(subset -> List.of(Family.values()).stream().map(family -> subset(subset, family)))
        .toList();
  }

  private static ObservedSlice subset(EndpointSubset subset, Family family) {
    return new ObservedSlice(
        family,
        Observations.orEmpty(subset.getPorts()).stream()
            .filter(port -> isTcp(port.getProtocol()))
            .map(port -> new ObservedSlice.Port(Observations.text(port.getName()), port.getPort()))
            .toList(),
        addresses(subset.getAddresses(), family),
        addresses(subset.getNotReadyAddresses(), family));
  }

  private static List<String> addresses(@Nullable List<EndpointAddress> addresses, Family family) {
    return Observations.orEmpty(addresses).stream()
        .map(EndpointAddress::getIp)
        .filter(Objects::nonNull)
        .filter(ip -> (ip.indexOf(':') >= 0) == (family == Family.IPV6))
        .toList();
  }

  private static List<String> addresses(EndpointSlice slice, Predicate<Endpoint> which) {
    return Observations.orEmpty(slice.getEndpoints()).stream()
        .filter(which)
        .flatMap(endpoint -> Observations.orEmpty(endpoint.getAddresses()).stream().limit(1))
        .toList();
  }

  /** Unknown readiness counts as ready; terminating endpoints never do, whatever they say. */
  private static boolean isReady(Endpoint endpoint) {
    EndpointConditions conditions = endpoint.getConditions();
    return conditions == null
        || (!Boolean.FALSE.equals(conditions.getReady())
            && !Boolean.TRUE.equals(conditions.getTerminating()));
  }

  private static boolean isStarting(Endpoint endpoint) {
    EndpointConditions conditions = endpoint.getConditions();
    return conditions != null
        && Boolean.FALSE.equals(conditions.getReady())
        && !Boolean.TRUE.equals(conditions.getTerminating());
  }

  private static ObservedSlice.Port port(EndpointPort port) {
    return new ObservedSlice.Port(Observations.text(port.getName()), port.getPort());
  }

  private static boolean isTcp(@Nullable String protocol) {
    return protocol == null || protocol.equals("TCP");
  }

  private static Optional<Family> family(@Nullable String addressType) {
    return switch (Observations.text(addressType)) {
      case "IPv4" -> Optional.of(Family.IPV4);
      case "IPv6" -> Optional.of(Family.IPV6);
      default -> Optional.empty();
    };
  }
}
