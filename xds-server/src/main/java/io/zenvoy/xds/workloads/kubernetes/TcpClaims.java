package io.zenvoy.xds.workloads.kubernetes;

import io.zenvoy.xds.model.ServicePort;
import io.zenvoy.xds.model.TcpClaim;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * What {@code zenvoy.io/tcp} says: listener ports, each with the Service's port that it leads to.
 *
 * @param entries each listener port once
 */
record TcpClaims(List<Entry> entries) {
  static final TcpClaims NONE = new TcpClaims(List.of());

  /**
   * One listener.
   *
   * @param port the name or the number of the Service's port; empty: the one of the same number, or
   *     the only one
   */
  record Entry(int listenerPort, String port) {
    /**
     * @param count how many ports the Service has
     */
    private boolean means(String name, int number, int count) {
      return port.isEmpty()
          ? number == listenerPort || count == 1
          : port.equals(name) || port.equals(Integer.toString(number));
    }
  }

  /**
   * @throws IllegalArgumentException if it is not of the form that the annotation expects
   */
  static TcpClaims parse(String text) {
    List<Entry> entries = Stream.of(text.split(",", -1)).map(TcpClaims::entry).toList();
    if (entries.stream().map(Entry::listenerPort).distinct().count() < entries.size()) {
      throw new IllegalArgumentException(text);
    }
    return new TcpClaims(entries);
  }

  private static Entry entry(String text) {
    String[] parts = text.strip().split(":", 2);
    int listenerPort = Integer.parseInt(parts[0]);
    if (listenerPort < 1 || listenerPort > 65_535 || (parts.length == 2 && parts[1].isEmpty())) {
      throw new IllegalArgumentException(text);
    }
    return new Entry(listenerPort, parts.length == 2 ? parts[1] : "");
  }

  /** Whether a port of a Service that has so many is meant. */
  boolean include(String name, int number, int count) {
    return entries.stream().anyMatch(entry -> entry.means(name, number, count));
  }

  /**
   * The claims of a Service.
   *
   * @param takenPorts that no listener may have, with what has them
   * @param problem told what is wrong, one line each
   */
  List<TcpClaim> of(
      List<ServicePort> ports, Map<Integer, String> takenPorts, Consumer<String> problem) {
    List<TcpClaim> claims = new ArrayList<>();
    if (ports.isEmpty()) {
      return claims; // said elsewhere
    }
    for (Entry entry : entries) {
      String owner = takenPorts.get(entry.listenerPort());
      if (owner != null) {
        problem.accept(
            "%s: \"%d\" is %s (expected: a port that zenvoy does not use itself)"
                .formatted(Annotations.TCP.key(), entry.listenerPort(), owner));
      }
      Optional<ServicePort> port =
          ports.stream()
              .filter(known -> entry.means(known.name(), known.port(), ports.size()))
              .findFirst();
      port.ifPresentOrElse(
          known -> claims.add(new TcpClaim(entry.listenerPort(), known)),
          () -> problem.accept(unknown(entry, ports)));
    }
    return claims;
  }

  private static String unknown(Entry entry, List<ServicePort> ports) {
    List<String> known =
        ports.stream()
            .map(port -> port.name().isEmpty() ? Integer.toString(port.port()) : port.name())
            .toList();
    return Annotations.TCP.key()
        + ": the Service has no TCP port \""
        + (entry.port().isEmpty() ? entry.listenerPort() : entry.port())
        + "\" (expected: one of "
        + String.join(", ", known)
        + ", as in "
        + entry.listenerPort()
        + ":"
        + known.getFirst()
        + ")";
  }
}
