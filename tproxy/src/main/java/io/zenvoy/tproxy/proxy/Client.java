package io.zenvoy.tproxy.proxy;

import io.netty.channel.unix.FileDescriptor;
import io.zenvoy.common.Slot;
import io.zenvoy.tproxy.discovery.Route;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A connection that was accepted on a slot. While it waits nothing is read from it, and all that is
 * watched for is that its client leaves. Owned by its event loop.
 */
final class Client extends Descriptor {
  final Slot slot;
  final long acceptedNanos;

  /** Its neighbours in the one queue that it is in. */
  @Nullable Client previous;

  @Nullable Client next;

  /** Where it waits; empty before its cluster is known and once it is relayed. */
  @Nullable ParkingLot lot;

  /** The search for an endpoint; empty while it is parked. */
  @Nullable Dial dial;

  @Nullable Relay relay;

  /** How it ends, once it is told why it is not served. */
  @Nullable Farewell farewell;

  /** Whether it was looked at whether a browser waits here. */
  boolean lookedAt;

  /** The verdict that came while its browser, which waits on, was between two requests. */
  Route.@Nullable Verdict missed;

  /** Whether it was ever parked, so that forwarding it is the end of a wake. */
  boolean wasParked;

  Client(ProxyLoop loop, FileDescriptor socket, Slot slot, long acceptedNanos) {
    super(loop, socket);
    this.slot = slot;
    this.acceptedNanos = acceptedNanos;
  }

  /** Begins to wait: watches for a client that leaves, and for nothing else. */
  void watchForLeaving() throws IOException {
    watch(PEER_FIN);
  }

  @Override
  void ready(int events) throws IOException {
    if (relay != null) {
      relay.ready(this, events);
    } else if (farewell != null) {
      farewell.ready(events);
    } else if ((events & (ERR | HANG_UP)) != 0) {
      leave();
    } else if ((events & PEER_FIN) != 0) {
      if (loop.halfClosed().hasLeft(this) || hasNothingToHear()) {
        leave();
      } else {
        // It may have closed only its own direction. The FIN would be reported again and again.
        watch(0);
        loop.halfClosed(this);
      }
    }
  }

  /**
   * Whether a client that has ended its own direction has left: where nothing was asked there is
   * nothing to answer, unless it is the server that speaks first.
   */
  private boolean hasNothingToHear() {
    return Kernel.unreadBytes(socket.intValue()) == 0 && lot != null && !lot.serverMaySpeakFirst();
  }

  /** The client has gone while it waited. */
  void leave() {
    loop.refuse(this, CloseReason.CLIENT_LEFT);
  }

  @Override
  void abandon() {
    if (relay != null) {
      relay.cut();
    } else if (farewell != null) {
      loop.farewells().end(this);
    } else {
      loop.refuse(this, CloseReason.ERROR);
    }
    abort();
  }
}
