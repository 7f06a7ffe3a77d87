package io.zenvoy.tproxy.proxy;

import io.netty.channel.epoll.LinuxSocket;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A connection to an endpoint, first being made, then relayed. Owned by its client's event loop.
 */
final class Upstream extends Descriptor {
  /** For what only Netty's sockets can do. */
  final LinuxSocket connection;

  private final Dial dial;
  @Nullable Relay relay;

  Upstream(ProxyLoop loop, LinuxSocket connection, Dial dial) {
    super(loop, connection);
    this.connection = connection;
    this.dial = dial;
  }

  @Override
  void ready(int events) throws IOException {
    if (relay != null) {
      relay.ready(this, events);
    } else {
      dial.answered(this);
    }
  }

  @Override
  void abandon() {
    if (relay != null) {
      relay.cut();
    } else {
      dial.failed("unexpected error");
    }
    abort();
  }
}
