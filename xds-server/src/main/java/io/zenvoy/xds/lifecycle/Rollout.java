package io.zenvoy.xds.lifecycle;

import io.zenvoy.xds.model.Assignment;
import io.zenvoy.xds.model.Cluster;
import io.zenvoy.xds.serve.NodeKind;
import io.zenvoy.xds.serve.ResourceType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Publishes clusters in the order that loses nothing: a slot is known to the daemons before Envoys
 * are given it, a cluster to Envoys before a route names it; and backwards when it goes. Each step
 * waits until every connected node has accepted the one before, though never longer than {@link
 * #PATIENCE}, so that one node that hangs does not hold up all others. Endpoints are never delayed.
 *
 * <p>Owned by the life cycle's thread.
 */
final class Rollout {
  /** How long a step waits for nodes that do not answer. */
  static final Duration PATIENCE = Duration.ofSeconds(5);

  /** How long an Envoy is given to accept endpoints while others wait for it. */
  private static final Duration ENVOY_PATIENCE = Duration.ofSeconds(2);

  private final Publisher publisher;
  private final Nodes nodes;
  private final Runnable routesChanged;
  private final Consumer<Cluster> gone;
  private final Map<String, Entry> entries = new HashMap<>();
  private final Set<Entry> unsettled = new LinkedHashSet<>();

  private enum Stage {
    /** The daemons have it, Envoys do not. */
    AT_DAEMONS,
    /** Envoys have it, no route names it. */
    AT_ENVOYS,
    /** Routes name it. */
    ROUTED,
    /** It is to go, and no route that is published from now on names it. */
    UNROUTED,
    /** Envoys were told to forget it. */
    LEFT_ENVOYS
  }

  private static final class Entry {
    private Assignment assignment;
    private Stage stage;
    private long awaitedRevision;
    private long sinceNanos;
    private long envoyRevision;
    private long daemonRevision;

    private Entry(Assignment assignment) {
      this.assignment = assignment;
      this.stage = Stage.AT_DAEMONS;
    }

    private String name() {
      return assignment.cluster().name();
    }
  }

  /**
   * @param routesChanged called when another set of clusters may be named by routes
   * @param gone called when the last node was told to forget a cluster, or its slot
   */
  Rollout(Publisher publisher, Nodes nodes, Runnable routesChanged, Consumer<Cluster> gone) {
    this.publisher = publisher;
    this.nodes = nodes;
    this.routesChanged = routesChanged;
    this.gone = gone;
  }

  /** Defines a cluster, or defines it anew. */
  void define(Assignment assignment, long nowNanos) {
    Entry entry = entries.get(assignment.cluster().name());
    if (entry == null || entry.stage == Stage.LEFT_ENVOYS) {
      entry = new Entry(assignment);
      entries.put(entry.name(), entry);
      entry.daemonRevision = publisher.define(NodeKind.DAEMON, assignment);
      enter(entry, Stage.AT_DAEMONS, entry.daemonRevision, nowNanos);
    } else {
      redefine(entry, assignment);
      if (entry.stage == Stage.UNROUTED) {
        enter(entry, Stage.AT_ENVOYS, 0, nowNanos);
      }
      routesChanged.run();
    }
    advance(nowNanos);
  }

  private void redefine(Entry entry, Assignment assignment) {
    Cluster before = entry.assignment.cluster();
    Cluster after = assignment.cluster();
    if (!before.equals(after)) {
      publisher.redefine(NodeKind.DAEMON, assignment);
      if (isAtEnvoys(entry)) {
        publisher.redefine(NodeKind.ENVOY, assignment);
      }
    }
    if (before.slot().equals(after.slot())) {
      assign(assignment);
    } else {
      entry.assignment = assignment;
      publishToDaemons(entry);
      publishToEnvoys(entry);
      gone.accept(before);
    }
  }

  /**
   * Changes where the connections of a defined cluster go, at once; a side for which nothing
   * changes is told nothing.
   */
  void assign(Assignment assignment) {
    Entry entry = entries.get(assignment.cluster().name());
    if (entry == null) {
      return;
    }
    Assignment before = entry.assignment;
    entry.assignment = assignment;
    if (!before.daemon().equals(assignment.daemon())
        || !before.verdict().equals(assignment.verdict())) {
      publishToDaemons(entry);
    }
    if (!before.envoy().equals(assignment.envoy())) {
      publishToEnvoys(entry);
    }
  }

  /**
   * The revision since which a cluster's connections go where they go now, for one kind of node; 0
   * if it has not been told.
   */
  long revision(NodeKind kind, String cluster) {
    Entry entry = entries.get(cluster);
    if (entry == null) {
      return 0;
    }
    return switch (kind) {
      case ENVOY -> entry.envoyRevision;
      case DAEMON -> entry.daemonRevision;
    };
  }

  private void publishToDaemons(Entry entry) {
    entry.daemonRevision = publisher.assign(NodeKind.DAEMON, entry.assignment);
  }

  private void publishToEnvoys(Entry entry) {
    if (isAtEnvoys(entry)) {
      entry.envoyRevision = publisher.assign(NodeKind.ENVOY, entry.assignment);
    }
  }

  private static boolean isAtEnvoys(Entry entry) {
    return switch (entry.stage) {
      case AT_DAEMONS, LEFT_ENVOYS -> false;
      case AT_ENVOYS, ROUTED, UNROUTED -> true;
    };
  }

  /** Takes a cluster away, route first. */
  void remove(String cluster, long nowNanos) {
    Entry entry = entries.get(cluster);
    if (entry == null || entry.stage == Stage.UNROUTED || entry.stage == Stage.LEFT_ENVOYS) {
      return;
    }
    enter(entry, Stage.UNROUTED, Long.MAX_VALUE, nowNanos);
    routesChanged.run();
  }

  /** Tells that routes were published which name exactly the {@link #routable} clusters. */
  void routed(long revision, long nowNanos) {
    for (Entry entry : unsettled) {
      if (entry.stage == Stage.UNROUTED && entry.awaitedRevision == Long.MAX_VALUE) {
        entry.awaitedRevision = revision;
        entry.sinceNanos = nowNanos;
      }
    }
    advance(nowNanos);
  }

  /** Whether routes may name a cluster. */
  boolean routable(String cluster) {
    Entry entry = entries.get(cluster);
    return entry != null && entry.stage == Stage.ROUTED;
  }

  /**
   * Whether there is an Envoy, and each has accepted where a cluster's connections go now, or does
   * not answer.
   *
   * @param publishedNanos since when they go there
   */
  boolean followedByEnvoys(String cluster, long publishedNanos, long nowNanos) {
    return nodes.anyEnvoyAndAllFollow(
        revision(NodeKind.ENVOY, cluster), publishedNanos, ENVOY_PATIENCE, nowNanos);
  }

  /** Goes on with what has been waited for. Called after acknowledgements and now and then. */
  void advance(long nowNanos) {
    if (unsettled.isEmpty()) {
      return;
    }
    List<Entry> waiting = new ArrayList<>(unsettled);
    for (Entry entry : waiting) {
      step(entry, nowNanos);
    }
  }

  private void step(Entry entry, long nowNanos) {
    boolean impatient = nowNanos - entry.sinceNanos >= PATIENCE.toNanos();
    switch (entry.stage) {
      case AT_DAEMONS -> {
        if (impatient || accepted(NodeKind.DAEMON, entry.awaitedRevision)) {
          entry.envoyRevision = publisher.define(NodeKind.ENVOY, entry.assignment);
          enter(entry, Stage.AT_ENVOYS, entry.envoyRevision, nowNanos);
          step(entry, nowNanos);
        }
      }
      case AT_ENVOYS -> {
        if (impatient || accepted(NodeKind.ENVOY, entry.awaitedRevision)) {
          enter(entry, Stage.ROUTED, 0, nowNanos);
          unsettled.remove(entry);
          routesChanged.run();
        }
      }
      case ROUTED -> unsettled.remove(entry);
      case UNROUTED -> {
        boolean published = entry.awaitedRevision != Long.MAX_VALUE;
        if (published && (impatient || isUnrouted(entry.awaitedRevision))) {
          long revision = publisher.withdraw(NodeKind.ENVOY, entry.assignment.cluster());
          enter(entry, Stage.LEFT_ENVOYS, revision, nowNanos);
          step(entry, nowNanos);
        }
      }
      case LEFT_ENVOYS -> {
        if (impatient
            || nodes.allAcknowledged(NodeKind.ENVOY, ResourceType.CLUSTER, entry.awaitedRevision)) {
          leaveDaemons(entry);
        }
      }
    }
  }

  private void leaveDaemons(Entry entry) {
    unsettled.remove(entry);
    Entry current = entries.get(entry.name());
    if (current == entry) {
      entries.remove(entry.name());
      publisher.withdraw(NodeKind.DAEMON, entry.assignment.cluster());
    }
    // One that came back meanwhile has its slot again, and keeps it.
    Entry heir = entries.get(entry.name());
    Cluster cluster = entry.assignment.cluster();
    if (heir == null || !heir.assignment.cluster().slot().equals(cluster.slot())) {
      gone.accept(cluster);
    }
  }

  private void enter(Entry entry, Stage stage, long awaitedRevision, long nowNanos) {
    entry.stage = stage;
    entry.awaitedRevision = awaitedRevision;
    entry.sinceNanos = nowNanos;
    unsettled.add(entry);
  }

  private boolean isUnrouted(long revision) {
    return nodes.allAcknowledged(NodeKind.ENVOY, ResourceType.ROUTES, revision)
        && nodes.allAcknowledged(NodeKind.ENVOY, ResourceType.LISTENER, revision);
  }

  private boolean accepted(NodeKind kind, long revision) {
    return nodes.allAcknowledged(kind, ResourceType.CLUSTER, revision)
        && nodes.allAcknowledged(kind, ResourceType.ENDPOINTS, revision);
  }
}
