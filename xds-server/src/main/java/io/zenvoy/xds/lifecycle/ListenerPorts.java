package io.zenvoy.xds.lifecycle;

import io.zenvoy.xds.model.Cluster;
import io.zenvoy.xds.model.ServicePort;
import io.zenvoy.xds.model.ServiceSpec;
import io.zenvoy.xds.model.TcpClaim;
import io.zenvoy.xds.model.TcpListener;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Which listener port leads to which service. One that two services claim stays with the older one
 * and is the other's as soon as it is free.
 *
 * <p>Owned by the life cycle's thread.
 */
final class ListenerPorts {
  private final LifecycleObserver observer;
  private final Claims<Integer> claims;

  ListenerPorts(LifecycleObserver observer) {
    this.observer = observer;
    this.claims = new Claims<>(observer::portConflict);
  }

  /**
   * The listeners of all services, each conflict told once.
   *
   * @param services older ones first
   * @param routable the cluster that a port's listener leads to; null if it is not to be routed
   */
  List<TcpListener> listeners(
      List<ServiceSpec> services,
      BiFunction<ServiceSpec, ServicePort, @Nullable Cluster> routable) {
    claims.begin();
    List<TcpListener> listeners = new ArrayList<>();
    for (ServiceSpec service : services) {
      for (TcpClaim claim : service.tcp().listeners()) {
        boolean owned = claims.claim(service.key(), claim.listenerPort());
        Cluster cluster = routable.apply(service, claim.port());
        if (owned && cluster != null) {
          listeners.add(new TcpListener(claim.listenerPort(), cluster, service.tcp().idle()));
        }
      }
    }
    observer.portConflicts(claims.lost());
    return listeners;
  }
}
