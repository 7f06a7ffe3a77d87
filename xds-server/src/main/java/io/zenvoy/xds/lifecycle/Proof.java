package io.zenvoy.xds.lifecycle;

import io.zenvoy.xds.lifecycle.Nodes.Node;
import io.zenvoy.xds.model.Cluster;
import io.zenvoy.xds.serve.ActivityReport.Counts;
import io.zenvoy.xds.serve.NodeKey;
import io.zenvoy.xds.serve.NodeKind;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * The proof that the nodes of a kind use the current endpoints of some clusters and that nothing is
 * under way from before. Neither an acknowledgement nor one report proves it: Envoy's main thread
 * answers before its workers switch, and reports overtake acknowledgements. So after the first
 * report that carries their revision, {@value #QUIET_REPORTS} more of the same stream must show the
 * same totals. Anything under way is the caller's to see: it ends the draining.
 *
 * <p>Owned by the life cycle's thread.
 */
final class Proof {
  private static final int QUIET_REPORTS = 2;

  private final NodeKind kind;
  private final Rollout rollout;
  private final Map<NodeKey, Progress> progress = new HashMap<>();

  private record Progress(long stream, long totals, int quietReports) {}

  Proof(NodeKind kind, Rollout rollout) {
    this.kind = kind;
    this.rollout = rollout;
  }

  /** Takes in that a node has reported, whether or not its report spoke of these clusters. */
  void reported(Node node, long stream, Collection<Cluster> clusters) {
    if (node.key().kind() != kind || !uses(node, clusters)) {
      return;
    }
    long totals = totals(node, clusters);
    progress.merge(
        node.key(),
        new Progress(stream, totals, 0),
        (earlier, first) ->
            earlier.stream() == stream && earlier.totals() == totals
                ? new Progress(stream, totals, earlier.quietReports() + 1)
                : first);
  }

  /**
   * Whether every node of the kind has proven it. A node that vanished counts until it is
   * forgotten.
   */
  boolean holds(Nodes nodes) {
    for (Node node : nodes.all()) {
      if (node.key().kind() == kind) {
        Progress reached = progress.get(node.key());
        if (reached == null || reached.quietReports() < QUIET_REPORTS) {
          return false;
        }
      }
    }
    return true;
  }

  private boolean uses(Node node, Collection<Cluster> clusters) {
    for (Cluster cluster : clusters) {
      long required = rollout.revision(kind, cluster.name());
      Counts counts = node.counts(cluster.name());
      if (counts == null || counts.servedRevision().orElse(-1L) < required) {
        return false;
      }
    }
    return true;
  }

  private static long totals(Node node, Collection<Cluster> clusters) {
    long sum = 0;
    for (Cluster cluster : clusters) {
      Counts counts = node.counts(cluster.name());
      sum += counts == null ? 0 : counts.requestsTotal() + counts.connectionsTotal();
    }
    return sum;
  }
}
