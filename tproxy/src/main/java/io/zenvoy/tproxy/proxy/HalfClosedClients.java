package io.zenvoy.tproxy.proxy;

import io.netty.channel.unix.Socket;
import io.zenvoy.tproxy.proxy.PeerSockets.State;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The waiting clients that have sent a FIN and may still hear something. Each has either closed one
 * direction and waits for its answer, or has closed the connection and is gone; TCP tells these
 * apart only when something is sent. The clients are processes of this machine, so the kernel
 * knows. Owned by one event loop.
 */
final class HalfClosedClients {
  /** Bounds what one sweep costs; the others have their turn in the next ones. */
  private static final int LOOKUPS_AT_A_TIME = 256;

  private final Set<Client> clients = new LinkedHashSet<>();
  private final PeerSockets sockets = new PeerSockets();

  void add(Client client) {
    clients.add(client);
  }

  void remove(Client client) {
    clients.remove(client);
  }

  /** Those whose process has closed its socket, among the ones whose turn it is. */
  List<Client> thatHaveLeft() {
    List<Client> left = new ArrayList<>();
    List<Client> kept = new ArrayList<>();
    Iterator<Client> waiting = clients.iterator();
    for (int count = 0; waiting.hasNext() && count < LOOKUPS_AT_A_TIME; count++) {
      Client client = waiting.next();
      waiting.remove();
      if (client.isClosed()) {
        continue; // the event loop is ending; the number of its socket may be another one's
      }
      if (hasLeft(client)) {
        left.add(client);
      } else {
        kept.add(client);
      }
    }
    clients.addAll(kept);
    return left;
  }

  /** Whether the process of one that has sent a FIN has closed its socket. */
  boolean hasLeft(Client client) {
    Socket socket = new Socket(client.socket.intValue());
    InetSocketAddress peer = socket.remoteAddress();
    InetSocketAddress slot = socket.localAddress();
    return peer != null
        && slot != null
        && sockets.stateOf(peer, slot) == State.CLOSED
        // A kernel without the module for TCP does not know our own end either.
        && sockets.stateOf(slot, peer) == State.HELD;
  }

  /** The event loop ends. */
  void close() {
    sockets.close();
  }
}
