package io.zenvoy.xds.model;

import java.util.List;

/** Everything by which clients of Envoy's listeners reach clusters. */
public record Entrances(List<Route> routes, List<TcpListener> tcp, List<TlsRoute> tls) {
  /** Nobody reaches anything. */
  public static final Entrances NONE = new Entrances(List.of(), List.of(), List.of());

  public Entrances {
    routes = List.copyOf(routes);
    tcp = List.copyOf(tcp);
    tls = List.copyOf(tls);
  }
}
