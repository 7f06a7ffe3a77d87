package io.zenvoy.xds.model;

import io.zenvoy.common.HostPort;
import java.util.List;
import java.util.Optional;

/**
 * Where the connections of one cluster go.
 *
 * @param envoy the pods that Envoys use directly, the slot behind them; empty: the slot alone
 * @param daemon the endpoints to which the daemons relay; empty: they park
 * @param verdict the latest wake's failure, until the next wake begins
 */
public record Assignment(
    Cluster cluster, List<HostPort> envoy, List<HostPort> daemon, Optional<Verdict> verdict) {
  public Assignment {
    envoy = List.copyOf(envoy);
    daemon = List.copyOf(daemon);
  }
}
