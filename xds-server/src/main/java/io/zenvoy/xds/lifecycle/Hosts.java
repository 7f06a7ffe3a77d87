package io.zenvoy.xds.lifecycle;

import io.zenvoy.xds.model.Cluster;
import io.zenvoy.xds.model.Route;
import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.model.ServiceSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
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
  private final LifecycleObserver observer;
  private Set<Conflict> conflicts = Set.of();

  private record Conflict(ServiceKey loser, String host, ServiceKey owner) {}

  Hosts(String homeNamespace, LifecycleObserver observer) {
    this.homeNamespace = homeNamespace;
    this.observer = observer;
  }

  /**
   * The routes of some services, each conflict told once.
   *
   * @param routable the cluster that a service's hosts lead to; null if it is not to be routed
   */
  List<Route> routes(
      Collection<ServiceSpec> services, Function<ServiceSpec, @Nullable Cluster> routable) {
    Map<String, ServiceKey> owners = new HashMap<>();
    Set<Conflict> found = new HashSet<>();
    List<Route> routes = new ArrayList<>();
    for (ServiceSpec service : services.stream().sorted(BY_AGE).toList()) {
      List<String> hosts = new ArrayList<>();
      for (String host : claims(service)) {
        ServiceKey owner = owners.putIfAbsent(host, service.key());
        if (owner == null) {
          hosts.add(host);
        } else if (!owner.equals(service.key())) {
          found.add(new Conflict(service.key(), host, owner));
        }
      }
      Cluster cluster = routable.apply(service);
      if (cluster != null && !hosts.isEmpty()) {
        routes.add(new Route(cluster, hosts));
      }
    }
    found.stream()
        .filter(conflict -> !conflicts.contains(conflict))
        .forEach(c -> observer.hostConflict(c.loser(), c.host(), c.owner()));
    conflicts = found;
    return routes;
  }

  private List<String> claims(ServiceSpec service) {
    if (!service.ports().getFirst().protocol().isHttp()) {
      return List.of();
    }
    String name = service.key().name();
    String qualified = name + "." + service.key().namespace();
    List<String> claims = new ArrayList<>();
    if (service.key().namespace().equals(homeNamespace)) {
      claims.add(name);
    }
    claims.add(qualified);
    claims.add(qualified + ".svc");
    claims.add(qualified + ".svc.cluster.local");
    claims.addAll(service.hosts());
    return claims;
  }
}
