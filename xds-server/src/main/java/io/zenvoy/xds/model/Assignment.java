package io.zenvoy.xds.model;

import io.zenvoy.common.HostPort;
import java.util.List;
import java.util.Optional;

/**
 * Where the connections of one cluster go.
 *
 * @param envoy where Envoys send them
 * @param daemon the endpoints to which the daemons relay; empty: they park
 * @param verdict the latest wake's failure, until the next wake begins
 */
public record Assignment(
    Cluster cluster, EnvoySide envoy, List<HostPort> daemon, Optional<Verdict> verdict) {
  public Assignment {
    daemon = List.copyOf(daemon);
  }

  /** Where Envoys send the connections of a cluster. */
  public sealed interface EnvoySide {
    /** To the slot alone. */
    record SlotOnly() implements EnvoySide {}

    /**
     * To the pods alone, for the moment after a wake: taking the slot away makes Envoy drain the
     * connections that it had pooled through the daemon.
     */
    record PodsOnly(List<HostPort> pods) implements EnvoySide {
      public PodsOnly {
        pods = List.copyOf(pods);
      }
    }

    /** To the pods, with the slot as a second priority for those that refuse or vanish. */
    record PodsThenSlot(List<HostPort> pods) implements EnvoySide {
      public PodsThenSlot {
        pods = List.copyOf(pods);
      }
    }
  }

  /** A cluster without any endpoint. */
  public static Assignment parked(Cluster cluster, Optional<Verdict> verdict) {
    return new Assignment(cluster, new EnvoySide.SlotOnly(), List.of(), verdict);
  }
}
