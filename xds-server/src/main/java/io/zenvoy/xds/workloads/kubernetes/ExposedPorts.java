package io.zenvoy.xds.workloads.kubernetes;

import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.model.TcpClaim;
import io.zenvoy.xds.model.TcpExposure;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Which of Envoy's ports its own Service leads to. That Service is its user's: zenvoy only says
 * what is missing, and nothing at all where there is none.
 *
 * <p>Owned by the {@link Inventory}.
 */
final class ExposedPorts {
  private static final String NAME = "zenvoy-proxy";

  private final int tlsPort;
  private final Map<ServiceKey, List<ObservedService.Port>> ports = new HashMap<>();

  /**
   * @param tlsPort of the one TLS listener
   */
  ExposedPorts(int tlsPort) {
    this.tlsPort = tlsPort;
  }

  static boolean isAbout(ServiceKey service) {
    return service.name().equals(NAME);
  }

  void observed(ObservedService service) {
    ports.put(service.key(), service.ports());
  }

  void gone(ServiceKey service) {
    ports.remove(service);
  }

  /** What is missing for what a Service asks for, one line each. */
  Stream<String> missing(TcpExposure tcp) {
    Stream<String> listeners =
        tcp.listeners().stream()
            .map(TcpClaim::listenerPort)
            .flatMap(port -> missing(Annotations.TCP, port));
    return tcp.names().isEmpty()
        ? listeners
        : Stream.concat(listeners, missing(Annotations.SNI, tlsPort));
  }

  private Stream<String> missing(Annotations.Annotation annotation, int listenerPort) {
    return ports.isEmpty() || isExposed(listenerPort)
        ? Stream.empty()
        : Stream.of(
            "%s: the Service %s leads nobody to the listener port %d (expected: a port of it with targetPort %d)"
                .formatted(annotation.key(), NAME, listenerPort, listenerPort));
  }

  private boolean isExposed(int listenerPort) {
    return ports.values().stream()
        .flatMap(List::stream)
        .anyMatch(
            port ->
                port.targetPort() == 0
                    ? port.port() == listenerPort
                    : port.targetPort() == listenerPort);
  }
}
