package io.zenvoy.xds.model;

/**
 * A Service asks for a TCP listener that leads to one of its ports.
 *
 * @param listenerPort 1 to 65535, on Envoy's side
 * @param port of the same Service
 */
public record TcpClaim(int listenerPort, ServicePort port) {}
