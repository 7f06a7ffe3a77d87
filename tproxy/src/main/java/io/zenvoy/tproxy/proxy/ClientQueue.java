package io.zenvoy.tproxy.proxy;

import org.jspecify.annotations.Nullable;

/**
 * Waiting connections in the order of their accept. The links are in the connections themselves,
 * which are in one queue at most. Owned by one event loop.
 */
final class ClientQueue {
  private @Nullable Client first;
  private @Nullable Client last;
  private int size;

  @Nullable Client first() {
    return first;
  }

  int size() {
    return size;
  }

  boolean isEmpty() {
    return first == null;
  }

  /** Whether a connection that is in this queue or in none is in this one. */
  boolean contains(Client client) {
    return client == first || client.previous != null;
  }

  void addLast(Client client) {
    assert client.previous == null && client.next == null && first != client;
    Client before = last;
    client.previous = before;
    if (before == null) {
      first = client;
    } else {
      before.next = client;
    }
    last = client;
    size++;
  }

  /** For one that was accepted before all others here, as far as deadlines matter. */
  void addFirst(Client client) {
    assert client.previous == null && client.next == null && first != client;
    Client after = first;
    client.next = after;
    if (after == null) {
      last = client;
    } else {
      after.previous = client;
    }
    first = client;
    size++;
  }

  void remove(Client client) {
    Client before = client.previous;
    Client after = client.next;
    if (before == null) {
      assert first == client;
      first = after;
    } else {
      before.next = after;
    }
    if (after == null) {
      last = before;
    } else {
      after.previous = before;
    }
    client.previous = null;
    client.next = null;
    size--;
  }

  /** Takes the first one out; empty if there is none. */
  @Nullable Client poll() {
    Client client = first;
    if (client != null) {
      remove(client);
    }
    return client;
  }
}
