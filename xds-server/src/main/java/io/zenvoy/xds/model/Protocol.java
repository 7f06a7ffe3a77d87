package io.zenvoy.xds.model;

/**
 * What a service port speaks: decides how Envoy talks to the pods and which failure answer a client
 * understands.
 */
public enum Protocol {
  HTTP,
  HTTP2,
  TCP,
  POSTGRES,
  MYSQL,
  REDIS;

  /** Whether the port is reached through the HTTP listener's routes. */
  public boolean isHttp() {
    return this == HTTP || this == HTTP2;
  }
}
