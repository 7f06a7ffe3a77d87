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

  /**
   * Puts a connection behind those that were accepted before it: most often at the end, except for
   * one whose cluster was not known at first, or that was dialled meanwhile.
   */
  void add(Client client) {
    assert client.previous == null && client.next == null && first != client;
    Client before = last;
    while (before != null && before.acceptedNanos - client.acceptedNanos > 0) {
      before = before.previous;
    }
    Client after = before == null ? first : before.next;
    client.previous = before;
    client.next = after;
    if (before == null) {
      first = client;
    } else {
      before.next = client;
    }
    if (after == null) {
      last = client;
    } else {
      after.previous = client;
    }
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
