package io.zenvoy.xds.model;

import java.util.List;

/**
 * Requests for some hosts that go to one cluster.
 *
 * @param hosts at least one, lower case, without ports; no host stands in two routes
 */
public record Route(Cluster cluster, List<String> hosts) {
  public Route {
    hosts = List.copyOf(hosts);
    if (hosts.isEmpty()) {
      throw new IllegalArgumentException("hosts: none (expected: at least one)");
    }
  }
}
