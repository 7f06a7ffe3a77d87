package io.zenvoy.xds.lifecycle;

import io.zenvoy.xds.model.Cluster;
import io.zenvoy.xds.model.Entrances;
import io.zenvoy.xds.model.ServicePort;
import io.zenvoy.xds.model.ServiceSpec;
import io.zenvoy.xds.serve.NodeKey;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Publishes the entrances. All routes are one resource, so changes that follow each other closely
 * go out together.
 *
 * <p>Owned by the life cycle's thread.
 */
final class RoutePublication {
  /** How long another change is waited for, and for how long at most. */
  private static final Duration DELAY = Duration.ofMillis(50);

  private static final Duration HOLD = Duration.ofMillis(500);

  private final Publisher publisher;
  private final Hosts hosts;
  private final ListenerPorts ports;
  private final TlsNames names;
  private final Supplier<Collection<ServiceSpec>> services;
  private boolean dirty;
  private long dirtySinceNanos;
  private long changedNanos;

  /**
   * @param services all that are managed now
   */
  RoutePublication(
      Publisher publisher,
      Hosts hosts,
      ListenerPorts ports,
      TlsNames names,
      Supplier<Collection<ServiceSpec>> services) {
    this.publisher = publisher;
    this.hosts = hosts;
    this.ports = ports;
    this.names = names;
    this.services = services;
  }

  /** The routes are to be published anew, soon. */
  void changed(long nowNanos) {
    if (!dirty) {
      dirty = true;
      dirtySinceNanos = nowNanos;
    }
    changedNanos = nowNanos;
  }

  /** Tells the services whose listeners an Envoy has refused. */
  void listenersRefused(NodeKey node, String reason) {
    ports.refused(node, reason);
  }

  /** Whether a change has waited long enough for others. */
  boolean isDue(long nowNanos) {
    return dirty
        && (nowNanos - changedNanos >= DELAY.toNanos()
            || nowNanos - dirtySinceNanos >= HOLD.toNanos());
  }

  /**
   * Publishes all entrances.
   *
   * @param routable a port's cluster; null if nothing is to lead to it
   * @return their revision
   */
  long publish(BiFunction<ServiceSpec, ServicePort, @Nullable Cluster> routable) {
    dirty = false;
    List<ServiceSpec> byAge = services.get().stream().sorted(Hosts.BY_AGE).toList();
    return publisher.route(
        new Entrances(
            hosts.routes(byAge, routable),
            ports.listeners(byAge, routable),
            names.routes(byAge, routable)));
  }
}
