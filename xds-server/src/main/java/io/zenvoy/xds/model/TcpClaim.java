package io.zenvoy.xds.model;

import java.time.Duration;
import java.util.Optional;

/**
 * A Service asks for a TCP listener that leads to one of its ports.
 *
 * @param listenerPort 1 to 65535, on Envoy's side
 * @param port of the same Service
 * @param idle after how long without a byte in either direction a connection is closed; empty:
 *     never
 */
public record TcpClaim(int listenerPort, ServicePort port, Optional<Duration> idle) {}
