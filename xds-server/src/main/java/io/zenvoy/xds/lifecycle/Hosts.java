package io.zenvoy.xds.lifecycle;

import io.zenvoy.xds.model.Cluster;
import io.zenvoy.xds.model.Route;
import io.zenvoy.xds.model.ServicePort;
import io.zenvoy.xds.model.ServiceSpec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Which hosts lead to which service. A host that two services claim stays with the older one,
 * because Envoy rejects a whole route table for a single duplicate.
 *
 * <p>Owned by the life cycle's thread.
 */
final class Hosts {
  /** Older services first; the UID decides between two of the same second. */
  static final Comparator<ServiceSpec> BY_AGE =
      Comparator.comparing(ServiceSpec::created).thenComparing(ServiceSpec::uid);

  private final String homeNamespace;
  private final Claims<String> claims;

  Hosts(String homeNamespace, LifecycleObserver observer) {
    this.homeNamespace = homeNamespace;
    this.claims = new Claims<>(observer::hostConflict);
  }

  /**
   * The routes of all services, each conflict told once.
   *
   * @param services older ones first
   * @param routable the cluster that a service's hosts lead to; null if it is not to be routed
   */
  List<Route> routes(
      List<ServiceSpec> services,
      BiFunction<ServiceSpec, ServicePort, @Nullable Cluster> routable) {
    claims.begin();
    List<Route> routes = new ArrayList<>();
    for (ServiceSpec service : services) {
      List<String> hosts =
          claimed(service).stream().filter(host -> claims.claim(service.key(), host)).toList();
      Cluster cluster = routable.apply(service, service.ports().getFirst());
      if (cluster != null && !hosts.isEmpty()) {
        routes.add(new Route(cluster, hosts, service.certificate()));
      }
    }
    return routes;
  }

  private List<String> claimed(ServiceSpec service) {
    if (!service.ports().getFirst().protocol().isHttp()) {
      return List.of();
    }
    String name = service.key().name();
    String qualified = name + "." + service.key().namespace();
    List<String> hosts = new ArrayList<>();
    if (service.key().namespace().equals(homeNamespace)) {
      hosts.add(name);
    }
    hosts.add(qualified);
    hosts.add(qualified + ".svc");
    hosts.add(qualified + ".svc.cluster.local");
    hosts.addAll(service.hosts());
    return hosts;
  }
}
