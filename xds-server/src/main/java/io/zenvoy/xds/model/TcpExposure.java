package io.zenvoy.xds.model;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How a Service is reached by connections that are relayed as they are.
 *
 * @param listeners the TCP listeners that it asks for, each port once
 * @param names by which TLS clients reach its first port, lower case; {@code *.example.com} matches
 *     every name below
 * @param idle after how long without a byte in either direction a connection is closed; empty:
 *     never
 */
public record TcpExposure(List<TcpClaim> listeners, List<String> names, Optional<Duration> idle) {
  public static final TcpExposure NONE = new TcpExposure(List.of(), List.of(), Optional.empty());

  public TcpExposure {
    listeners = List.copyOf(listeners);
    names = List.copyOf(names);
  }
}
