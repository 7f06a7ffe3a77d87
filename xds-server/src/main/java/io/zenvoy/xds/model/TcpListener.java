package io.zenvoy.xds.model;

import java.time.Duration;
import java.util.Optional;

/**
 * A port on which Envoys take connections for one cluster and relay them as they are.
 *
 * @param port 1 to 65535; no two listeners have the same
 * @param idle after how long without a byte in either direction a connection is closed; empty:
 *     never
 */
public record TcpListener(int port, Cluster cluster, Optional<Duration> idle) {
  /** Its name to Envoy: a port that changes hands is the same listener. */
  public String name() {
    return name(port);
  }

  /** The name of the listener of a port. */
  public static String name(int port) {
    return "tcp-" + port;
  }
}
