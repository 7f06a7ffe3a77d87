package io.zenvoy.tproxy.proxy;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The waiting clients that have sent a FIN behind bytes that nobody has read. Each has either
 * closed one direction and waits for its answer, or has closed the connection and is gone; TCP
 * tells these apart only when something is sent. Owned by one event loop.
 */
final class HalfClosedClients {
  private final Set<Client> clients = new LinkedHashSet<>();

  void add(Client client) {
    clients.add(client);
  }

  void remove(Client client) {
    clients.remove(client);
  }

  /** Those whose process has closed its socket. */
  List<Client> thatHaveLeft() {
    return new ArrayList<>();
  }
}
