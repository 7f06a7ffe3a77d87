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
   * Puts a connection behind those that were accepted before it or at the same time: most often at
   * the end, except for one whose cluster was not known at first.
   */
  void add(Client client) {
    Client before = last;
    while (before != null && before.acceptedNanos - client.acceptedNanos > 0) {
      before = before.previous;
    }
    insertBehind(before, client);
  }

  /**
   * Puts a connection that was taken out before those that were accepted at the same time: most
   * often at the beginning.
   */
  void putBack(Client client) {
    Client before = null;
    Client after = first;
    while (after != null && after.acceptedNanos - client.acceptedNanos < 0) {
      before = after;
      after = after.next;
    }
    insertBehind(before, client);
  }

  /** Puts a connection at the end, whenever it was accepted. */
  void append(Client client) {
    insertBehind(last, client);
  }

  private void insertBehind(@Nullable Client before, Client client) {
    assert client.previous == null && client.next == null && first != client;
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
}
