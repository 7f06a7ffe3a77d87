package io.zenvoy.xds.lifecycle;

import io.zenvoy.xds.serve.ActivityReport;
import io.zenvoy.xds.serve.ActivityReport.Counts;
import io.zenvoy.xds.serve.NodeKey;
import io.zenvoy.xds.serve.NodeKind;
import io.zenvoy.xds.serve.ResourceType;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known of every Envoy and every daemon: which configuration it accepted and what it
 * reported. A node about which too little is known counts as one that is in use.
 *
 * <p>Owned by the life cycle's thread.
 */
final class Nodes {
  /**
   * A connected node that says nothing for this long is unknown. Envoy reports every 5 s unless
   * told otherwise.
   */
  static final Duration SILENCE = Duration.ofSeconds(15);

  private static final int REPORTS_TO_BE_KNOWN = 2;

  private final Map<NodeKey, Node> nodes = new HashMap<>();
  private final Duration holdAfterLoss;

  Nodes(Duration holdAfterLoss) {
    this.holdAfterLoss = holdAfterLoss;
  }

  /** One Envoy or daemon. */
  static final class Node {
    private final NodeKey key;
    private final Map<ResourceType, Long> acknowledged = new EnumMap<>(ResourceType.class);
    private final Map<String, Counts> counts = new HashMap<>();
    private boolean connected;
    private long lostAtNanos;
    private @Nullable Long stream;
    private long reportsOnStream;
    private long reportedAtNanos;

    private Node(NodeKey key, long nowNanos) {
      this.key = key;
      this.lostAtNanos = nowNanos;
    }

    NodeKey key() {
      return key;
    }

    /** The latest figures of a cluster, if the node ever reported some. */
    @Nullable Counts counts(String cluster) {
      return counts.get(cluster);
    }

    /** Whether enough reports came, and recently, to tell what the node is doing. */
    boolean isKnown(long nowNanos) {
      return connected
          && stream != null
          && reportsOnStream >= REPORTS_TO_BE_KNOWN
          && nowNanos - reportedAtNanos <= SILENCE.toNanos();
    }
  }

  void connected(NodeKey key, long nowNanos) {
    Node node = nodes.computeIfAbsent(key, absent -> new Node(absent, nowNanos));
    node.connected = true;
    node.acknowledged.clear();
  }

  void disconnected(NodeKey key, long nowNanos) {
    Node node = nodes.get(key);
    if (node != null) {
      node.connected = false;
      node.lostAtNanos = nowNanos;
      node.acknowledged.clear();
    }
  }

  void acknowledged(NodeKey key, ResourceType type, long revision) {
    Node node = nodes.get(key);
    if (node != null) {
      node.acknowledged.merge(type, revision, Math::max);
    }
  }

  /**
   * Remembers a report.
   *
   * @return the figures that the node had reported before for the clusters of this report
   */
  Map<String, Counts> reported(ActivityReport report, long nowNanos) {
    Node node = nodes.computeIfAbsent(report.node(), absent -> new Node(absent, nowNanos));
    if (node.stream == null || node.stream != report.stream()) {
      node.stream = report.stream();
      node.reportsOnStream = 0;
      node.counts.keySet().retainAll(report.clusters().keySet());
    }
    node.reportsOnStream++;
    node.reportedAtNanos = nowNanos;
    Map<String, Counts> before = HashMap.newHashMap(report.clusters().size());
    report
        .clusters()
        .forEach(
            (cluster, counts) -> {
              Counts previous = node.counts.put(cluster, counts);
              if (previous != null) {
                before.put(cluster, previous);
              }
            });
    return before;
  }

  void reportsEnded(NodeKey key, long stream) {
    Node node = nodes.get(key);
    if (node != null && node.stream != null && node.stream == stream) {
      node.stream = null;
      node.reportsOnStream = 0;
    }
  }

  /** Forgets nodes that vanished so long ago that they can't be using what they were told. */
  void forgetLost(long nowNanos) {
    nodes
        .values()
        .removeIf(
            node -> !node.connected && nowNanos - node.lostAtNanos >= holdAfterLoss.toNanos());
  }

  /** Forgets the figures of a cluster that is no more. */
  void forgetCluster(String cluster) {
    nodes.values().forEach(node -> node.counts.remove(cluster));
  }

  /**
   * One node that has reported or connected.
   *
   * @throws IllegalArgumentException if it has not
   */
  Node node(NodeKey key) {
    Node node = nodes.get(key);
    if (node == null) {
      throw new IllegalArgumentException(key + " (expected: a known node)");
    }
    return node;
  }

  /** All nodes: those that are connected, and those that vanished lately. */
  Collection<Node> all() {
    return nodes.values();
  }

  /**
   * Whether every node tells what it is doing. Without a daemon nothing is known: Envoys that can't
   * reach us may go on with what they were told, and nobody would park what comes after a sleep.
   */
  boolean allKnown(long nowNanos) {
    boolean daemons = false;
    for (Node node : nodes.values()) {
      if (!node.isKnown(nowNanos)) {
        return false;
      }
      daemons |= node.key.kind() == NodeKind.DAEMON;
    }
    return daemons;
  }

  /**
   * Whether every connected node of a kind that asked for a type has accepted it up to a revision.
   */
  boolean allAcknowledged(NodeKind kind, ResourceType type, long revision) {
    for (Node node : nodes.values()) {
      if (node.connected && node.key.kind() == kind) {
        Long acknowledged = node.acknowledged.get(type);
        if (acknowledged != null && acknowledged < revision) {
          return false;
        }
      }
    }
    return true;
  }
}
