package io.zenvoy.tproxy.proxy;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * A connection that an endpoint has accepted. It greets at once: so its client knows whose it is.
 */
final class SimulatedUpstream extends SimulatedEnd {
  private static final int GREETING = 2;

  final SimulatedEndpoint endpoint;

  /** Empty until one of both has heard of the other; for ever if the client had gone by then. */
  @Nullable SimulatedClient client;

  SimulatedUpstream(int number, SocketChannel channel, SimulatedEndpoint endpoint)
      throws IOException {
    super(number, channel);
    this.endpoint = endpoint;
    send(GREETING);
  }
}
