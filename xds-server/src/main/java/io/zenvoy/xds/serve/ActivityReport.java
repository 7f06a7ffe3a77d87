package io.zenvoy.xds.serve;

import java.util.Map;
import java.util.Optional;

/**
 * What one node says about its clusters, read from Envoy's metrics. A daemon reports in the same
 * words. A cluster that is absent has not changed since the stream's report before.
 *
 * @param stream names the metrics stream; it changes when the node connects anew
 */
public record ActivityReport(NodeKey node, long stream, Map<String, Counts> clusters) {
  public ActivityReport {
    clusters = Map.copyOf(clusters);
  }

  /**
   * Figures of one cluster at one node.
   *
   * @param requestsTotal {@code upstream_rq_total}, cumulative
   * @param connectionsTotal {@code upstream_cx_total}, cumulative
   * @param requestsActive {@code upstream_rq_active}; for a daemon those dialled or relayed
   * @param connectionsActive {@code upstream_cx_active}
   * @param requestsPending {@code upstream_rq_pending_active}; for a daemon those parked
   * @param servedRevision the revision of the cluster's endpoints that the node uses, from the
   *     gauge {@code version}; empty if it is not one that this server sent on a stream that is
   *     still open
   */
  public record Counts(
      long requestsTotal,
      long connectionsTotal,
      long requestsActive,
      long connectionsActive,
      long requestsPending,
      Optional<Long> servedRevision) {}
}
