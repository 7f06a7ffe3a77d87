package io.zenvoy.xds.workloads.kubernetes;

import io.zenvoy.xds.model.Protocol;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The names by which Services say what a port speaks.
 *
 * @see <a
 *     href="https://kubernetes.io/docs/concepts/services-networking/service/#application-protocol">
 *     appProtocol</a>
 */
final class ProtocolNames {
  private static final Map<String, Protocol> ANNOTATION =
      Map.of(
          "http", Protocol.HTTP,
          "http2", Protocol.HTTP2,
          "tcp", Protocol.TCP,
          "postgres", Protocol.POSTGRES,
          "mysql", Protocol.MYSQL,
          "redis", Protocol.REDIS);

  private static final Map<String, Protocol> ALIASES =
      Map.of(
          "h2c", Protocol.HTTP2,
          "grpc", Protocol.HTTP2,
          "kubernetes.io/h2c", Protocol.HTTP2,
          "kubernetes.io/ws", Protocol.HTTP,
          "postgresql", Protocol.POSTGRES);

  private ProtocolNames() {}

  /** The protocol that the annotation names, if it is one. */
  static Optional<Protocol> ofAnnotation(String value) {
    return Optional.ofNullable(ANNOTATION.get(value));
  }

  /** By {@code appProtocol}, else by the port's name or its part before the first '-'. */
  static Optional<Protocol> ofPort(ObservedService.Port port) {
    return named(port.appProtocol())
        .or(() -> named(port.name()))
        .or(() -> named(port.name().split("-", 2)[0]));
  }

  private static Optional<Protocol> named(String name) {
    String lowerCase = name.toLowerCase(Locale.ROOT);
    return Optional.ofNullable(ANNOTATION.get(lowerCase))
        .or(() -> Optional.ofNullable(ALIASES.get(lowerCase)));
  }
}
