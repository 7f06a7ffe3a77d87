package io.zenvoy.tproxy.proxy;

/**
 * How a client learns that its connection will not be served. By a reset, which every protocol
 * understands: the one place for answers in the client's own protocol.
 */
final class FailureAnswer {
  private FailureAnswer() {}

  /** Ends a connection that has left all queues. */
  static void give(Client client) {
    client.abort();
  }
}
