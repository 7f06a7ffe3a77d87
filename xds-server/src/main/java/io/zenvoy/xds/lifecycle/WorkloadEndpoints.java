package io.zenvoy.xds.lifecycle;

import io.zenvoy.common.HostPort;
import io.zenvoy.xds.model.Assignment;
import io.zenvoy.xds.model.Assignment.EnvoySide;
import io.zenvoy.xds.model.Cluster;
import io.zenvoy.xds.model.Endpoints;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
   * After this long an endpoint that is listed although the workload has no replicas is none of its
   * own, and lives: a Service may select the pods of several workloads.
   */
  private static final Duration DYING_FROM_THE_START = Duration.ofSeconds(10);

  private final LongSupplier clock;
  private final Map<String, Endpoints> byCluster = new HashMap<>();
  private final Set<HostPort> dying = new HashSet<>();
  private boolean timed;
  private long dyingUntilNanos;

  WorkloadEndpoints(LongSupplier clock) {
    this.clock = clock;
  }

  /**
   * The endpoints of a cluster, as they are listed now.
   *
   * @param atZero whether the workload is known to have no replicas: what is listed when it becomes
   *     known to us may be what another control plane has just put to sleep
   */
  void put(String cluster, Endpoints endpoints, boolean atZero) {
    if (byCluster.put(cluster, endpoints) == null && atZero) {
      dying.addAll(endpoints.ready());
      timed = true;
      dyingUntilNanos = clock.getAsLong() + DYING_FROM_THE_START.toNanos();
    }
    dying.removeIf(
        endpoint -> byCluster.values().stream().noneMatch(e -> e.ready().contains(endpoint)));
  }

  void remove(String cluster) {
    byCluster.remove(cluster);
  }

  /** The workload was scaled to zero. */
  void allDie() {
    byCluster.values().forEach(endpoints -> dying.addAll(endpoints.ready()));
    timed = false;
  }

  /** The workload is to have replicas: what is still listed after a while is alive. */
  void mayLive() {
    if (!timed) {
      timed = true;
      dyingUntilNanos = clock.getAsLong() + DYING.toNanos();
    }
  }

  /** Whether some will be ready by the passing of time alone. */
  boolean mayRevive() {
    return timed && !dying.isEmpty();
  }

  /** Whether any cluster has a ready endpoint. */
  boolean anyReady() {
    if (timed && clock.getAsLong() - dyingUntilNanos >= 0) {
      dying.clear();
    }
    return byCluster.keySet().stream().anyMatch(cluster -> !ready(cluster).isEmpty());
  }

  private List<HostPort> ready(String cluster) {
    List<HostPort> ready = byCluster.getOrDefault(cluster, Endpoints.NONE).ready();
    return ready.stream().filter(endpoint -> !dying.contains(endpoint)).toList();
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
