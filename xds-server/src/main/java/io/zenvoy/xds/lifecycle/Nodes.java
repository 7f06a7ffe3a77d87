package io.zenvoy.xds.lifecycle;

import io.zenvoy.xds.serve.ActivityReport;
import io.zenvoy.xds.serve.ActivityReport.Counts;
import io.zenvoy.xds.serve.NodeKey;
import io.zenvoy.xds.serve.NodeKind;
import io.zenvoy.xds.serve.ResourceType;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
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

  /**
   * A node that has several streams for this long is more than one: what is left of a connection
   * that broke is gone after four seconds, by gRPC's keep-alive.
   */
  static final Duration DOUBLED = Duration.ofSeconds(10);

  private static final int REPORTS_TO_BE_KNOWN = 2;

  private final Map<NodeKey, Node> nodes = new HashMap<>();
  private final Duration holdAfterLoss;
  private OptionalLong forgottenNanos = OptionalLong.empty();

  Nodes(Duration holdAfterLoss) {
    this.holdAfterLoss = holdAfterLoss;
  }

  /** One Envoy or daemon. */
  static final class Node {
    private final NodeKey key;
    private final Map<ResourceType, Long> acknowledged = new EnumMap<>(ResourceType.class);
    private final Map<String, Counts> counts = new HashMap<>();
    private int streams;
    private long severalSinceNanos;
    private long connectedAtNanos;
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

    /** The stream by which it reports; null if it does not. */
    @Nullable Long stream() {
      return stream;
    }

    /** The latest figures of a cluster, if the node ever reported some. */
    @Nullable Counts counts(String cluster) {
      return counts.get(cluster);
    }

    /** Whether it has reported lately: what one said that has gone is not so any more. */
    boolean isHeard(long nowNanos) {
      return nowNanos - reportedAtNanos <= SILENCE.toNanos();
    }

    private boolean isConnected() {
      return streams > 0;
    }

    /** Whether enough reports came, and recently, to tell what the node, a single one, is doing. */
    boolean isKnown(long nowNanos) {
      return streams == 1
          && stream != null
          && reportsOnStream >= REPORTS_TO_BE_KNOWN
          && isHeard(nowNanos);
    }
  }

  /** A node has opened an ADS stream and has so many now. */
  void connected(NodeKey key, int streams, long nowNanos) {
    Node node = nodes.computeIfAbsent(key, absent -> new Node(absent, nowNanos));
    if (node.streams <= 1) {
      node.severalSinceNanos = nowNanos;
    }
    if (!node.isConnected()) {
      node.connectedAtNanos = nowNanos;
    }
    node.streams = streams;
    node.acknowledged.clear();
  }

  /** A node has lost an ADS stream and has so many left. */
  void disconnected(NodeKey key, int streams, long nowNanos) {
    Node node = nodes.get(key);
    if (node == null) {
      return;
    }
    node.streams = streams;
    if (streams == 0) {
      node.lostAtNanos = nowNanos;
      node.acknowledged.clear();
    }
  }

  /** The nodes whose id is there twice. */
  Set<NodeKey> doubled(long nowNanos) {
    return nodes.values().stream()
        .filter(node -> node.streams > 1 && nowNanos - node.severalSinceNanos >= DOUBLED.toNanos())
        .map(Node::key)
        .collect(Collectors.toUnmodifiableSet());
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
    boolean any =
        nodes
            .values()
            .removeIf(
                node ->
                    !node.isConnected() && nowNanos - node.lostAtNanos >= holdAfterLoss.toNanos());
    if (any) {
      forgottenNanos = OptionalLong.of(nowNanos);
    }
  }

  /** Whether a node that vanished was waited for, in vain, since then. */
  boolean hasForgottenSince(long nanos) {
    return forgottenNanos.isPresent() && forgottenNanos.getAsLong() - nanos >= 0;
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
   * Whether every node tells what it is doing. Without any Envoy, or any daemon, nothing is known:
   * those that can't reach us, or have not come back to us yet, go on with what they were told.
   */
  boolean allKnown(long nowNanos) {
    Set<NodeKind> kinds = EnumSet.noneOf(NodeKind.class);
    for (Node node : nodes.values()) {
      if (!node.isKnown(nowNanos)) {
        return false;
      }
      kinds.add(node.key.kind());
    }
    return kinds.size() == NodeKind.values().length;
  }

  /**
   * Whether every connected node of a kind that asked for a type has accepted it up to a revision.
   */
  boolean allAcknowledged(NodeKind kind, ResourceType type, long revision) {
    for (Node node : nodes.values()) {
      if (node.isConnected() && node.key.kind() == kind) {
        Long acknowledged = node.acknowledged.get(type);
        if (acknowledged != null && acknowledged < revision) {
          return false;
        }
      }
    }
    return true;
  }

  /**
   * Whether at least one Envoy is connected, and each that is has accepted the endpoints up to a
   * revision, or had its time for it.
   *
   * @param publishedNanos when the revision was published
   */
  boolean anyEnvoyAndAllFollow(
      long revision, long publishedNanos, Duration patience, long nowNanos) {
    boolean any = false;
    for (Node node : nodes.values()) {
      if (node.isConnected() && node.key.kind() == NodeKind.ENVOY) {
        any = true;
        long acknowledged = node.acknowledged.getOrDefault(ResourceType.ENDPOINTS, -1L);
        if (acknowledged < revision
            && nowNanos - Math.max(node.connectedAtNanos, publishedNanos) < patience.toNanos()) {
          return false;
        }
      }
    }
    return any;
  }
}
