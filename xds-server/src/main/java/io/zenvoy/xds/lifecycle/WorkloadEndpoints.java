package io.zenvoy.xds.lifecycle;

import io.zenvoy.common.HostPort;
import io.zenvoy.xds.model.Assignment;
import io.zenvoy.xds.model.Assignment.EnvoySide;
import io.zenvoy.xds.model.Cluster;
import io.zenvoy.xds.model.Endpoints;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * The endpoints of one workload's clusters. Lists lag: what is still listed just after the workload
 * was scaled to zero is dying and is not used.
 *
 * <p>Owned by the life cycle's thread.
 */
final class WorkloadEndpoints {
  /**
   * After this long an endpoint that is still listed lives: it was spared because the workload was
   * scaled up again at once.
   */
  private static final Duration DYING = Duration.ofSeconds(3);

  /**
   * After this long an endpoint that came to be listed while the workload has no replicas is none
   * of its own, and lives: a Service may select the pods of several workloads.
   */
  private static final Duration DYING_AT_ZERO = Duration.ofSeconds(10);

  private final LongSupplier clock;
  private final Map<String, Endpoints> byCluster = new HashMap<>();

  /** Until when an endpoint is not used; without a time until the workload is scaled up. */
  private final Map<HostPort, OptionalLong> dying = new HashMap<>();

  WorkloadEndpoints(LongSupplier clock) {
    this.clock = clock;
  }

  /**
   * The endpoints of a cluster, as they are listed now.
   *
   * @param atZero whether the workload is known to have no replicas: a pod that becomes known as
   *     ready then was most likely put to sleep before it was, by us or by another control plane
   */
  void put(String cluster, Endpoints endpoints, boolean atZero) {
    Endpoints before = byCluster.put(cluster, endpoints);
    if (atZero) {
      OptionalLong until = OptionalLong.of(clock.getAsLong() + DYING_AT_ZERO.toNanos());
      endpoints.ready().stream()
          .filter(endpoint -> before == null || !before.ready().contains(endpoint))
          .forEach(endpoint -> dying.putIfAbsent(endpoint, until));
    }
    dying
        .keySet()
        .removeIf(
            endpoint -> byCluster.values().stream().noneMatch(e -> e.ready().contains(endpoint)));
  }

  void remove(String cluster) {
    byCluster.remove(cluster);
  }

  /** The workload has no replicas any more. */
  void allDie() {
    for (Endpoints endpoints : byCluster.values()) {
      endpoints.ready().forEach(endpoint -> dying.put(endpoint, OptionalLong.empty()));
    }
  }

  /** The workload is to have replicas: what is still listed after a while is alive. */
  void mayLive() {
    OptionalLong until = OptionalLong.of(clock.getAsLong() + DYING.toNanos());
    dying.replaceAll((endpoint, before) -> before.isEmpty() ? until : before);
  }

  /** Whether some will be ready by the passing of time alone. */
  boolean mayRevive() {
    return dying.values().stream().anyMatch(OptionalLong::isPresent);
  }

  /** Whether any cluster has a ready endpoint. */
  boolean anyReady() {
    long now = clock.getAsLong();
    dying.values().removeIf(until -> until.isPresent() && now - until.getAsLong() >= 0);
    return byCluster.keySet().stream().anyMatch(cluster -> !ready(cluster).isEmpty());
  }

  private List<HostPort> ready(String cluster) {
    List<HostPort> ready = byCluster.getOrDefault(cluster, Endpoints.NONE).ready();
    return ready.stream().filter(endpoint -> !dying.containsKey(endpoint)).toList();
  }

  /** Where the connections of a cluster go in a state. */
  Assignment assignment(Cluster cluster, State state) {
    return switch (state) {
      case State.Asleep asleep -> Assignment.parked(cluster, asleep.verdict());
      case State.Waking waking -> throughDaemon(cluster);
      case State.Awake awake ->
          new Assignment(
              cluster,
              envoySide(ready(cluster.name()), awake.slotBehind()),
              dialable(cluster),
              Optional.empty());
      case State.Draining draining ->
          draining.step() == State.Draining.Step.SWITCH
              ? throughDaemon(cluster)
              : Assignment.parked(cluster, Optional.empty());
    };
  }

  private Assignment throughDaemon(Cluster cluster) {
    return new Assignment(cluster, new EnvoySide.SlotOnly(), dialable(cluster), Optional.empty());
  }

  private static EnvoySide envoySide(List<HostPort> pods, boolean slotBehind) {
    if (pods.isEmpty()) {
      return new EnvoySide.SlotOnly();
    }
    return slotBehind ? new EnvoySide.PodsThenSlot(pods) : new EnvoySide.PodsOnly(pods);
  }

  /** Whether daemons may dial pods of a cluster of which none is ready. */
  boolean isDialledWhileStarting(Cluster cluster) {
    return ready(cluster.name()).isEmpty() && !dialable(cluster).isEmpty();
  }

  /**
   * Those that daemons may dial: the ready ones; where starting ones count, these as long as none
   * is ready.
   */
  private List<HostPort> dialable(Cluster cluster) {
    List<HostPort> ready = ready(cluster.name());
    return ready.isEmpty() && cluster.policy().startingCounts()
        ? byCluster.getOrDefault(cluster.name(), Endpoints.NONE).starting()
        : ready;
  }
}
