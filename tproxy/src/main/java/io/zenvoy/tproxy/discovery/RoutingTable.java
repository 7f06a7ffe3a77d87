package io.zenvoy.tproxy.discovery;

import io.zenvoy.common.Slot;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Every slot and where its connections go. Immutable; a change makes a new table. */
public final class RoutingTable {
  /** The table before the first one. */
  public static final RoutingTable EMPTY = of(Set.of());

  private final Map<String, Route> byCluster;
  private final Map<Slot, Route> bySlot;

  private RoutingTable(Map<String, Route> byCluster, Map<Slot, Route> bySlot) {
    this.byCluster = byCluster;
    this.bySlot = bySlot;
  }

  /**
   * A table of routes.
   *
   * @throws IllegalArgumentException if two of them claim one cluster or one slot
   */
  public static RoutingTable of(Collection<Route> routes) {
    Map<String, Route> byCluster = HashMap.newHashMap(routes.size());
    Map<Slot, Route> bySlot = HashMap.newHashMap(routes.size());
    for (Route route : routes) {
      if (byCluster.put(route.cluster(), route) != null) {
        throw new IllegalArgumentException(
            "cluster " + route.cluster() + " is there twice (expected: once)");
      }
      Route other = bySlot.put(route.slot(), route);
      if (other != null) {
        throw new IllegalArgumentException(
            "slot "
                + route.slot()
                + " belongs to "
                + other.cluster()
                + " and to "
                + route.cluster()
                + " (expected: one of them)");
      }
    }
    return new RoutingTable(
        Collections.unmodifiableMap(byCluster), Collections.unmodifiableMap(bySlot));
  }

  public @Nullable Route route(String cluster) {
    return byCluster.get(cluster);
  }

  public @Nullable Route route(Slot slot) {
    return bySlot.get(slot);
  }

  public Set<String> clusters() {
    return byCluster.keySet();
  }

  public Collection<Route> routes() {
    return byCluster.values();
  }

  public int size() {
    return byCluster.size();
  }
}
