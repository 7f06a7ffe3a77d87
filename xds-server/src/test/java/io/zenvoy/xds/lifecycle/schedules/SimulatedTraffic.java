package io.zenvoy.xds.lifecycle.schedules;

import io.zenvoy.common.HostPort;
import io.zenvoy.common.Slot;
import io.zenvoy.xds.lifecycle.schedules.SimulatedKubernetes.Pod;
import io.zenvoy.xds.model.Assignment;
import io.zenvoy.xds.model.Assignment.EnvoySide;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Clients' connections on their way through Envoys and daemons, and what must never happen to them:
 * they go where the Envoy and the daemon were told last, and are tried again when they are refused.
 */
final class SimulatedTraffic {
  private final SimulatedKubernetes kubernetes;
  private final Map<SimulatedNode, SimulatedNode> daemons;
  private final LongSupplier clock;
  private final List<Connection> open = new ArrayList<>();
  private final Map<String, String> verdicts = new HashMap<>();
  private int made;
  private int failed;
  private int served;
  private long usedNanos;

  private enum Place {
    /** Envoy tries again soon. */
    AT_ENVOY,
    PARKED,
    DIALLING,
    RELAYED,
    DIRECT
  }

  private static final class Connection {
    private final int number;
    private final String cluster;
    private final SimulatedNode envoy;
    private Place place = Place.AT_ENVOY;
    private @Nullable Pod pod;

    /** Whether it ever went through a node that was not waited for any more. */
    private boolean unpromised;

    private Connection(int number, String cluster, SimulatedNode envoy) {
      this.number = number;
      this.cluster = cluster;
      this.envoy = envoy;
    }

    @Override
    public String toString() {
      return "connection " + number + " to " + cluster + " by " + envoy + ", " + place;
    }
  }

  /**
   * @param daemons the daemon beside each Envoy
   */
  SimulatedTraffic(
      SimulatedKubernetes kubernetes,
      Map<SimulatedNode, SimulatedNode> daemons,
      LongSupplier clock) {
    this.kubernetes = kubernetes;
    this.daemons = daemons;
    this.clock = clock;
    this.usedNanos = clock.getAsLong();
  }

  int open() {
    return open.size();
  }

  int served() {
    return served;
  }

  int failed() {
    return failed;
  }

  /** When a pod was last in use, as far as anybody could know. */
  long usedNanos() {
    return usedNanos;
  }

  /** A client connects, if the Envoy knows the service. */
  void connect(SimulatedNode envoy, String cluster) {
    if (envoy.used().containsKey(cluster)) {
      made++;
      Connection connection = new Connection(made, cluster, envoy);
      open.add(connection);
      envoy.count(cluster);
      proceed(connection);
    }
  }

  void finish(int pick) {
    pick(pick, connection -> connection.pod != null)
        .ifPresent(
            connection -> {
              open.remove(connection);
              served++;
            });
  }

  void leave(int pick) {
    pick(pick, connection -> connection.pod == null).ifPresent(open::remove);
  }

  List<String> unserved() {
    return open.stream()
        .filter(connection -> connection.pod == null)
        .map(Connection::toString)
        .toList();
  }

  /** Whether anybody is served. */
  boolean anyServed() {
    return open.stream().anyMatch(connection -> connection.pod != null);
  }

  /** All that are served are done, and all that wait give up. */
  void finishAll() {
    served += (int) open.stream().filter(connection -> connection.pod != null).count();
    open.clear();
  }

  /** Lets everything that waits be tried again. */
  void proceedAll() {
    open.forEach(this::proceed);
    if (open.stream().anyMatch(c -> c.pod != null && !isBeyondPromise(c))) {
      usedNanos = clock.getAsLong();
    }
  }

  /** What goes through a node that is killed is cut; that is nobody's fault. */
  void cut(SimulatedNode node) {
    open.removeIf(
        connection ->
            connection.envoy == node
                || (daemonOf(connection) == node && isInDaemon(connection.place)));
  }

  /** A pod has ended in its own time: what it still served is over. */
  void ended(Pod pod) {
    open.removeIf(connection -> connection.pod == pod);
  }

  /** A daemon has taken in what was published: verdicts answer what it had parked. */
  void received(SimulatedNode daemon) {
    for (Assignment assignment : daemon.used().values()) {
      String cluster = assignment.cluster().name();
      assignment
          .verdict()
          .filter(verdict -> !verdict.id().equals(verdicts.put(daemon + cluster, verdict.id())))
          .ifPresent(verdict -> answerFailure(daemon, cluster));
    }
  }

  private void answerFailure(SimulatedNode daemon, String cluster) {
    Predicate<Connection> answered =
        connection ->
            connection.cluster.equals(cluster)
                && daemonOf(connection) == daemon
                && (connection.place == Place.PARKED || connection.place == Place.DIALLING);
    failed += (int) open.stream().filter(answered).count();
    open.removeIf(answered);
  }

  /** Zenvoy takes the last replica away: nobody may be using a pod. */
  void requireNobodyServed() {
    for (Connection connection : open) {
      if (connection.pod != null && !isBeyondPromise(connection)) {
        throw new AssertionError("put to sleep under " + connection);
      }
    }
  }

  long active(SimulatedNode node, String cluster) {
    return count(
        node,
        cluster,
        connection ->
            connection.envoy == node
                || connection.place == Place.DIALLING
                || connection.place == Place.RELAYED);
  }

  long parked(SimulatedNode node, String cluster) {
    return count(
        node, cluster, connection -> connection.envoy != node && connection.place == Place.PARKED);
  }

  private long count(SimulatedNode node, String cluster, Predicate<Connection> which) {
    return open.stream()
        .filter(connection -> connection.cluster.equals(cluster))
        .filter(connection -> connection.envoy == node || daemonOf(connection) == node)
        .filter(which)
        .count();
  }

  private void proceed(Connection connection) {
    switch (connection.place) {
      case AT_ENVOY -> fromEnvoy(connection);
      case PARKED, DIALLING -> fromDaemon(connection, connection.cluster);
      case RELAYED, DIRECT -> {}
    }
  }

  private void fromEnvoy(Connection connection) {
    Assignment assignment = connection.envoy.used().get(connection.cluster);
    if (assignment == null) {
      return;
    }
    switch (assignment.envoy()) {
      case EnvoySide.SlotOnly() -> arriveAt(assignment.cluster().slot(), connection);
      case EnvoySide.PodsOnly(List<HostPort> pods) -> establish(connection, pods, Place.DIRECT);
      case EnvoySide.PodsThenSlot(List<HostPort> pods) -> {
        if (!establish(connection, pods, Place.DIRECT)) {
          arriveAt(assignment.cluster().slot(), connection);
        }
      }
    }
  }

  private void arriveAt(Slot slot, Connection connection) {
    SimulatedNode daemon = daemonOf(connection);
    for (Assignment assignment : daemon.used().values()) {
      if (assignment.cluster().slot().equals(slot)) {
        String cluster = assignment.cluster().name();
        if (!cluster.equals(connection.cluster)) {
          throw new AssertionError(connection + " was given to " + cluster);
        }
        daemon.count(cluster);
        fromDaemon(connection, cluster);
      }
    }
  }

  private void fromDaemon(Connection connection, String cluster) {
    Assignment assignment = daemonOf(connection).used().get(cluster);
    List<HostPort> endpoints = assignment == null ? List.of() : assignment.daemon();
    if (!establish(connection, endpoints, Place.RELAYED)) {
      connection.place = endpoints.isEmpty() ? Place.PARKED : Place.DIALLING;
    }
  }

  private boolean establish(Connection connection, List<HostPort> endpoints, Place place) {
    for (Pod pod : kubernetes.pods()) {
      if (endpoints.contains(pod.address)) {
        if (pod.doomed && !isBeyondPromise(connection)) {
          throw new AssertionError(connection + " was led to a pod that zenvoy put to sleep");
        }
        connection.place = place;
        connection.pod = pod;
        if (!isBeyondPromise(connection)) {
          usedNanos = clock.getAsLong();
        }
        return true;
      }
    }
    return false;
  }

  /** A node that the control plane could not reach for longer than it holds the sleep back. */
  private boolean isBeyondPromise(Connection connection) {
    long now = clock.getAsLong();
    connection.unpromised |= connection.envoy.isGivenUp(now) || daemonOf(connection).isGivenUp(now);
    return connection.unpromised;
  }

  private Optional<Connection> pick(int pick, Predicate<Connection> which) {
    List<Connection> some = open.stream().filter(which).toList();
    return some.isEmpty() ? Optional.empty() : Optional.of(some.get(pick % some.size()));
  }

  private SimulatedNode daemonOf(Connection connection) {
    return Objects.requireNonNull(daemons.get(connection.envoy));
  }

  private static boolean isInDaemon(Place place) {
    return switch (place) {
      case PARKED, DIALLING, RELAYED -> true;
      case AT_ENVOY, DIRECT -> false;
    };
  }
}
