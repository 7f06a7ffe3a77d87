package io.zenvoy.tproxy.proxy;

import io.netty.channel.unix.Socket;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A connection to an endpoint, first being made, then relayed. Owned by its client's event loop.
 */
final class Upstream extends Descriptor {
  private final Dial dial;
  @Nullable Relay relay;

  Upstream(ProxyLoop loop, Socket socket, Dial dial) {
    super(loop, socket);
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
