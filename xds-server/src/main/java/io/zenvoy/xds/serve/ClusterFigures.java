package io.zenvoy.xds.serve;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What one metrics stream has said about one cluster so far. Owned by the stream. */
final class ClusterFigures {
  /** A figure of a cluster, by its name in Envoy's statistics. */
  enum Stat {
    REQUESTS_TOTAL("upstream_rq_total"),
    CONNECTIONS_TOTAL("upstream_cx_total"),
    REQUESTS_ACTIVE("upstream_rq_active"),
    CONNECTIONS_ACTIVE("upstream_cx_active"),
    REQUESTS_PENDING("upstream_rq_pending_active"),
    VERSION("version");

    private final String statName;

    Stat(String statName) {
      this.statName = statName;
    }

    String statName() {
      return statName;
    }
  }

  private final String cluster;
  private long requestsTotal;
  private long connectionsTotal;
  private long requestsActive;
  private long connectionsActive;
  private long requestsPending;
  private double version = Double.NaN;
  private long mentionedIn = -1;
  private ActivityReport.@Nullable Counts told;

  ClusterFigures(String cluster) {
    this.cluster = cluster;
  }

  String cluster() {
    return cluster;
  }

  /**
   * Notes that a message mentions the cluster.
   *
   * @return whether it is the first time that this message does
   */
  boolean mention(long message) {
    boolean first = mentionedIn != message;
    mentionedIn = message;
    return first;
  }

  /** Takes a figure in; fractions are cut. */
  void set(Stat stat, double value) {
    switch (stat) {
      case REQUESTS_TOTAL -> requestsTotal = (long) value;
      case CONNECTIONS_TOTAL -> connectionsTotal = (long) value;
      case REQUESTS_ACTIVE -> requestsActive = (long) value;
      case CONNECTIONS_ACTIVE -> connectionsActive = (long) value;
      case REQUESTS_PENDING -> requestsPending = (long) value;
      case VERSION -> version = value;
    }
  }

  /** The gauge that names the endpoints in use; NaN if it was never reported. */
  double version() {
    return version;
  }

  /** All figures; the same object as long as nothing changes. */
  ActivityReport.Counts counts(Optional<Long> servedRevision) {
    ActivityReport.Counts latest = told;
    if (latest == null
        || latest.requestsTotal() != requestsTotal
        || latest.connectionsTotal() != connectionsTotal
        || latest.requestsActive() != requestsActive
        || latest.connectionsActive() != connectionsActive
        || latest.requestsPending() != requestsPending
        || !latest.servedRevision().equals(servedRevision)) {
      latest =
          new ActivityReport.Counts(
              requestsTotal,
              connectionsTotal,
              requestsActive,
              connectionsActive,
              requestsPending,
              servedRevision);
      told = latest;
    }
    return latest;
  }
}
