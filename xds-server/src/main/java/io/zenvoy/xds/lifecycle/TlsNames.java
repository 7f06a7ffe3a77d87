package io.zenvoy.xds.lifecycle;

import io.zenvoy.xds.model.Cluster;
import io.zenvoy.xds.model.ServicePort;
import io.zenvoy.xds.model.ServiceSpec;
import io.zenvoy.xds.model.TlsRoute;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Which name of a TLS client leads to which service. One that two services claim stays with the
 * older one, because Envoy rejects a whole listener for a single duplicate.
 *
 * <p>Owned by the life cycle's thread.
 */
final class TlsNames {
  private final Claims<String> claims;

  TlsNames(LifecycleObserver observer) {
    this.claims = new Claims<>(observer::hostConflict);
  }

  /**
   * The routes of all services, each conflict told once.
   *
   * @param services older ones first
   * @param routable the cluster that a service's names lead to; null if it is not to be routed
   */
  List<TlsRoute> routes(
      List<ServiceSpec> services,
      BiFunction<ServiceSpec, ServicePort, @Nullable Cluster> routable) {
    claims.begin();
    List<TlsRoute> routes = new ArrayList<>();
    for (ServiceSpec service : services) {
      List<String> names =
          service.tcp().names().stream().filter(name -> claims.claim(service.key(), name)).toList();
      Cluster cluster = routable.apply(service, service.ports().getFirst());
      if (cluster != null && !names.isEmpty()) {
        routes.add(new TlsRoute(cluster, names, service.tcp().idle()));
      }
    }
    return routes;
  }
}
