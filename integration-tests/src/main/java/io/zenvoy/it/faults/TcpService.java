package io.zenvoy.it.faults;

import io.zenvoy.common.HostPort;

/**
 * A service with a TCP listener.
 *
 * @param listener where its clients connect to
 * @param opening who speaks first
 */
public record TcpService(String name, HostPort listener, Opening opening) {
  /** Who speaks first in a session. */
  public enum Opening {
    /** As with PostgreSQL and Redis: the server waits for the first question. */
    CLIENT,
    /**
     * As with MySQL and SMTP: the client waits for a greeting, so nothing may wait for the client.
     */
    SERVER
  }
}
