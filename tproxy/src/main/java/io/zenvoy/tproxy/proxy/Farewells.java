package io.zenvoy.tproxy.proxy;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections that are told why they are not served. Each keeps its place among those that the
 * process may hold, and has two seconds for all of it. Owned by one event loop.
 */
final class Farewells {
  private static final Logger log = LoggerFactory.getLogger(Farewells.class);
  private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final TrafficLedger ledger;
  private final ClientQueue clients = new ClientQueue();

  Farewells(TrafficLedger ledger) {
    this.ledger = ledger;
  }

  /** Takes over a connection that has left all other queues. */
  void begin(Client client, Refusal refusal, long nowNanos) {
    Farewell farewell = new Farewell(client, refusal, nowNanos);
    client.farewell = farewell;
    clients.append(client);
    try {
      farewell.start();
    } catch (IOException e) {
      log.atWarn().setCause(e).log("connection can't be watched; not answered");
      end(client);
    }
  }

  /** Closes a connection: the answer was given, or nobody wants it. */
  void end(Client client) {
    if (!client.isClosed()) {
      clients.remove(client);
      if (client.farewell != null) {
        client.farewell.close();
      }
      client.end();
      ledger.waiting().decrementAndGet();
    }
  }

  /** Closes those whose time is over, whatever they still send. */
  void sweep(long nowNanos) {
    Client following;
    for (Client client = clients.first(); client != null; client = following) {
      following = client.next;
      if (client.farewell != null && nowNanos - client.farewell.begunNanos >= LONGEST_NANOS) {
        end(client);
      }
    }
  }
}
