package io.zenvoy.xds.lifecycle;

import io.zenvoy.xds.lifecycle.Nodes.Node;
import io.zenvoy.xds.model.Cluster;
import io.zenvoy.xds.model.Protocol;
import io.zenvoy.xds.serve.ActivityReport.Counts;
import io.zenvoy.xds.serve.NodeKey;
import io.zenvoy.xds.serve.NodeKind;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What the nodes' reports say about one workload: when it was last used, and whether somebody waits
 * for it.
 *
 * <p>Owned by the life cycle's thread.
 */
final class Activity {
  /**
   * For how long a parked HTTP/2 connection by itself means that somebody waits; after that only
   * Envoy's active requests do, because such a connection stays when all its requests were
   * cancelled.
   */
  private static final Duration ARRIVAL = Duration.ofSeconds(6);

  /**
   * How many requests an Envoy had counted.
   *
   * @param stream by which it reported then; one that has started anew counts from zero
   */
  private record Judged(@Nullable Long stream, long requests) {}

  private static final Counts NOTHING = new Counts(0, 0, 0, 0, 0, Optional.empty());

  private final Nodes nodes;
  private final Map<String, Long> arrivals = new HashMap<>();
  private final Map<NodeKey, Judged> requestsBeforeVerdict = new HashMap<>();
  private long latestNanos;
  private long uses;

  Activity(Nodes nodes, long nowNanos) {
    this.nodes = nodes;
    this.latestNanos = nowNanos;
  }

  /** When the workload was last used. */
  long latestNanos() {
    return latestNanos;
  }

  /**
   * Counts the reports that showed the workload in use: the same count twice means that it was not
   * used in between.
   */
  long uses() {
    return uses;
  }

  /** Lets a new window begin. */
  void touch(long nowNanos) {
    latestNanos = nowNanos;
  }

  /** Takes in what one node says about one of the workload's clusters. */
  void reported(
      NodeKey node, Cluster cluster, @Nullable Counts before, Counts counts, long nowNanos) {
    Counts previous = before == null ? NOTHING : before;
    boolean arrived =
        counts.connectionsTotal() != previous.connectionsTotal()
            || counts.requestsTotal() != previous.requestsTotal();
    if (arrived || isUnderWay(cluster, counts)) {
      latestNanos = nowNanos;
      uses++;
    }
    if (arrived && node.kind() == NodeKind.DAEMON) {
      arrivals.put(cluster.name(), nowNanos);
    }
  }

  /** Whether any node has something under way for one of the clusters. */
  boolean isUnderWay(Collection<Cluster> clusters) {
    for (Node node : nodes.all()) {
      for (Cluster cluster : clusters) {
        Counts counts = node.counts(cluster.name());
        if (counts != null && isUnderWay(cluster, counts)) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * Remembers what is under way when a verdict is published: it is being failed and does not ask
   * for another wake.
   */
  void judged(Collection<Cluster> clusters) {
    requestsBeforeVerdict.clear();
    for (Node node : nodes.all()) {
      if (node.key().kind() == NodeKind.ENVOY) {
        requestsBeforeVerdict.put(node.key(), judged(node, clusters));
      }
    }
  }

  /**
   * Whether somebody waits for one of the clusters, as far as nodes tell that are there.
   *
   * @param answered by cluster: what a daemon parked before it used this revision of the endpoints
   *     has had its answer
   */
  boolean isAwaited(Collection<Cluster> clusters, ToLongFunction<String> answered, long nowNanos) {
    for (Node node : nodes.all()) {
      for (Cluster cluster : clusters) {
        Counts counts = node.counts(cluster.name());
        if (counts != null
            && node.isHeard(nowNanos)
            && (node.key().kind() == NodeKind.DAEMON
                ? isParked(cluster, counts, answered, nowNanos)
                : cluster.port().protocol() == Protocol.HTTP2
                    && counts.requestsActive() > 0
                    && !judged(node, clusters).equals(requestsBeforeVerdict.get(node.key())))) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean isParked(
      Cluster cluster, Counts counts, ToLongFunction<String> answered, long nowNanos) {
    if (counts.requestsPending() == 0
        || counts.servedRevision().orElse(0L) < answered.applyAsLong(cluster.name())) {
      return false;
    }
    Long arrival = arrivals.get(cluster.name());
    return cluster.port().protocol() != Protocol.HTTP2
        || (arrival != null && nowNanos - arrival <= ARRIVAL.toNanos());
  }

  private static boolean isUnderWay(Cluster cluster, Counts counts) {
    return counts.requestsActive() > 0
        || counts.requestsPending() > 0
        || (!cluster.port().protocol().isHttp() && counts.connectionsActive() > 0);
  }

  private static Judged judged(Node node, Collection<Cluster> clusters) {
    long sum = 0;
    for (Cluster cluster : clusters) {
      Counts counts = node.counts(cluster.name());
      sum += counts == null ? 0 : counts.requestsTotal();
    }
    return new Judged(node.stream(), sum);
  }
}
