package io.zenvoy.xds.model;

import java.util.List;
import java.util.Optional;

/**
 * Requests for some hosts that go to one cluster.
 *
 * @param hosts at least one, lower case, without ports; no host stands in two routes
 * @param certificate by which these hosts are reached by TLS, too; empty: by plain HTTP alone
 */
public record Route(Cluster cluster, List<String> hosts, Optional<Certificate> certificate) {
  public Route {
    hosts = List.copyOf(hosts);
    if (hosts.isEmpty()) {
      throw new IllegalArgumentException("hosts: none (expected: at least one)");
    }
  }

  /** Hosts that are reached by plain HTTP alone. */
  public Route(Cluster cluster, List<String> hosts) {
    this(cluster, hosts, Optional.empty());
  }
}
