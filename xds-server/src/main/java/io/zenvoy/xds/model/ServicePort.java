package io.zenvoy.xds.model;

/**
 * A port of a Service.
 *
 * @param name the port's name; empty if it has none, which only a Service's single port may do
 * @param port the Service's port number, 1 to 65535
 */
public record ServicePort(String name, int port, Protocol protocol) {}
