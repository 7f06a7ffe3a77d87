package io.zenvoy.common;

/**
 * The names by which xds-server and tproxy understand each other inside Envoy's own protocols. The
 * daemon is an xDS client of a node kind of its own: it says so in its node metadata, and it gets
 * each cluster's slot and policy in the cluster's filter metadata.
 */
public final class DaemonProtocol {
  /** Key of zenvoy's part in node metadata and in filter metadata. */
  public static final String NAMESPACE = "zenvoy";

  /** Node metadata, string: {@link #KIND_DAEMON} for the daemon, absent for Envoys. */
  public static final String NODE_KIND = "kind";

  public static final String KIND_DAEMON = "daemon";

  /** Node metadata, string: the daemon's {@code TPROXY_CMD}. */
  public static final String NODE_REDIRECT = "tproxy_cmd";

  /** Node metadata, number: the daemon's {@code PROXY_PORT}. */
  public static final String NODE_PROXY_PORT = "proxy_port";

  /** Node metadata, string: the daemon's {@code PROXY_ADDR}. */
  public static final String NODE_PROXY_ADDRESS = "proxy_addr";

  /**
   * Node metadata, string: the daemon's {@code PROXY_PORT_MIN} and {@code PROXY_PORT_MAX} as {@code
   * min-max}.
   */
  public static final String NODE_PROXY_PORTS = "proxy_ports";

  /** Filter metadata of a cluster, string: the slot's address in dotted form. */
  public static final String SLOT_ADDRESS = "slot_address";

  /** Filter metadata of a cluster, number: the slot's port. */
  public static final String SLOT_PORT = "slot_port";

  /** Filter metadata of a cluster, number: milliseconds that a connection may be parked. */
  public static final String WAKE_TIMEOUT_MILLIS = "wake_timeout_ms";

  /**
   * Filter metadata of a cluster, number: how many connections of this cluster one daemon may park.
   */
  public static final String MAX_PARKED = "max_parked";

  /**
   * Filter metadata of a cluster, string: the protocol's name in lower case, which decides the
   * failure answer.
   */
  public static final String PROTOCOL = "protocol";

  /** Value of {@link #PROTOCOL} for HTTP/1.1. */
  public static final String PROTOCOL_HTTP = "http";

  /** Value of {@link #PROTOCOL} for HTTP/2, with or without gRPC. */
  public static final String PROTOCOL_HTTP2 = "http2";

  /** Value of {@link #PROTOCOL} for PostgreSQL's protocol, of whatever version. */
  public static final String PROTOCOL_POSTGRES = "postgres";

  /** Value of {@link #PROTOCOL} for MySQL's and MariaDB's protocol. */
  public static final String PROTOCOL_MYSQL = "mysql";

  /** Value of {@link #PROTOCOL} for Redis' protocol, of whatever version. */
  public static final String PROTOCOL_REDIS = "redis";

  /**
   * Filter metadata of a cluster, number: milliseconds after which a browser that is parked is
   * shown a page that asks again; absent: never.
   */
  public static final String WAIT_PAGE_AFTER_MILLIS = "wait_page_after_ms";

  /**
   * Filter metadata of a cluster, boolean: its endpoints are processes of this machine, so loopback
   * may be dialled.
   */
  public static final String LOCAL = "local";

  /**
   * Metadata of the only locality of a cluster load assignment, string: why the latest wake failed.
   * The daemon fails what was parked before it saw a {@link #VERDICT_ID} that it had not seen.
   */
  public static final String VERDICT = "verdict";

  /** Beside {@link #VERDICT}, string: names one verdict; another one has another id. */
  public static final String VERDICT_ID = "verdict_id";

  private DaemonProtocol() {}
}
