package io.zenvoy.tproxy.proxy;

/**
 * One step of a schedule.
 *
 * @param pick which of those that the step could be about, and how; any number, taken modulo
 */
record Step(Kind kind, int pick) {
  enum Kind {
    /** Everything that is under way comes to its end; then all rules are checked. */
    SETTLE,
    /** One turn of one event loop. */
    TURN,
    /** Time passes, and no event loop has a turn meanwhile. */
    TIME,
    /** A client connects to a slot, known or not. */
    CONNECT,
    /** A client connects to an address that is no slot's. */
    CONNECT_OUTSIDE,
    /** A client sends something. */
    SEND,
    /** A client ends its own direction and goes on reading. */
    HALF_CLOSE,
    /** A client closes its connection. */
    CLOSE,
    /** A client resets its connection. */
    RESET,
    /** A table in which a cluster has other endpoints. */
    ENDPOINTS,
    /** A table from which a cluster has gone, or in which it is back. */
    CLUSTER,
    /** A table in which a cluster has another slot. */
    SLOT,
    /** A table that says that a cluster's wake has failed. */
    VERDICT,
    /** A table in which a cluster has another cap. */
    CAP,
    /** A table in which a cluster has another wake timeout. */
    WAKE_TIMEOUT,
    /** An endpoint accepts, refuses or swallows from now on. */
    MOOD,
    /** An endpoint sends something. */
    UPSTREAM_SEND,
    /** An endpoint ends its own direction and goes on reading. */
    UPSTREAM_HALF_CLOSE,
    /** An endpoint resets a connection. */
    UPSTREAM_RESET
  }
}
