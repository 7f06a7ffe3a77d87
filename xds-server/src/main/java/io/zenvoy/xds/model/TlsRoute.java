package io.zenvoy.xds.model;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * TLS connections that ask for one of some names and go to one cluster, undeciphered.
 *
 * @param names at least one, lower case; no name stands in two routes
 * @param idle after how long without a byte in either direction a connection is closed; empty:
 *     never
 */
public record TlsRoute(Cluster cluster, List<String> names, Optional<Duration> idle) {
  public TlsRoute {
    names = List.copyOf(names);
    if (names.isEmpty()) {
      throw new IllegalArgumentException("names: none (expected: at least one)");
    }
  }
}
