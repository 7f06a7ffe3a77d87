package io.zenvoy.xds.lifecycle;

import io.zenvoy.xds.model.Cluster;
import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.model.ServicePort;
import io.zenvoy.xds.model.ServiceSpec;
import io.zenvoy.xds.model.TcpClaim;
import io.zenvoy.xds.model.TcpListener;
import io.zenvoy.xds.serve.NodeKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
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
  private final Map<Integer, ServiceKey> owners = new HashMap<>();

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
    owners.clear();
    List<TcpListener> listeners = new ArrayList<>();
    for (ServiceSpec service : services) {
      for (TcpClaim claim : service.tcp().listeners()) {
        boolean owned = claims.claim(service.key(), claim.listenerPort());
        Cluster cluster = routable.apply(service, claim.port());
        if (owned && cluster != null) {
          owners.put(claim.listenerPort(), service.key());
          listeners.add(new TcpListener(claim.listenerPort(), cluster, service.tcp().idle()));
        }
      }
    }
    observer.portConflicts(claims.lost());
    return listeners;
  }

  /**
   * Tells the services whose listeners an Envoy has refused, as with a port that something else on
   * its machine has.
   *
   * @param reason Envoy's words, which name the listeners
   */
  void refused(NodeKey node, String reason) {
    owners.forEach(
        (port, service) -> {
          if (names(reason, TcpListener.name(port))) {
            observer.listenerRefused(service, port, node, reason);
          }
        });
  }

  private static boolean names(String reason, String listener) {
    return Pattern.compile(Pattern.quote(listener) + "\\b").matcher(reason).find();
  }
}
