package io.zenvoy.tproxy.proxy;

import io.zenvoy.common.DaemonProtocol;
import io.zenvoy.tproxy.discovery.Route;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Shows the browsers among one lot's parked connections a page that asks again after a second, and
 * why the wake failed if it did so while they were between two such pages. Owned by the event loop.
 */
final class WaitingBrowsers {
  /** As long as Envoy lets a request's head be, in bytes. */
  private static final int LONGEST_HEAD = 60 << 10;

  private final ProxyLoop loop;
  private final ClusterTraffic traffic;

  /** Of those that are parked: who may be browsers that missed a verdict. */
  private final Set<Client> returning = new LinkedHashSet<>();

  WaitingBrowsers(ProxyLoop loop, ClusterTraffic traffic) {
    this.loop = loop;
    this.traffic = traffic;
  }

  /** A connection has just been parked. */
  void parked(Client client, Route route) {
    if (traffic.mayHaveMissed(route.verdictId(), loop.nanoTime())) {
      client.missed = route.verdict().orElse(null);
      returning.add(client);
    }
  }

  /** A connection is parked no longer. */
  void left(Client client) {
    returning.remove(client);
  }

  /** Answers those whose time has come. */
  void sweep(ClientQueue parked, Route route, long nowNanos) {
    for (Client client : List.copyOf(returning)) {
      tellIfMissed(client);
    }
    route
        .waitPageAfter()
        .filter(patience -> route.protocol().equals(DaemonProtocol.PROTOCOL_HTTP))
        .ifPresent(patience -> showWaitingPage(parked, route, nowNanos - patience.toNanos()));
  }

  /**
   * Without this a browser would see the waiting page for ever. It has asked for another wake by
   * coming, as everybody does.
   */
  private void tellIfMissed(Client client) {
    Optional<RequestHead> request = peek(client);
    if (request.isPresent()) {
      returning.remove(client);
      if (WaitingPage.isFor(request.get())) {
        loop.refuse(client, CloseReason.VERDICT);
      }
    }
  }

  /** Each connection is looked at once: the others are no browsers' and go on waiting. */
  private void showWaitingPage(ClientQueue parked, Route route, long acceptedBefore) {
    Client following;
    for (Client client = parked.first();
        client != null && client.acceptedNanos - acceptedBefore <= 0;
        client = following) {
      following = client.next;
      if (!client.lookedAt) {
        Optional<RequestHead> request = peek(client);
        client.lookedAt = request.isPresent();
        if (request.filter(WaitingPage::isFor).isPresent()) {
          traffic.waitingPageShown(route.verdictId(), loop.nanoTime());
          loop.refuse(client, CloseReason.WAITING_PAGE);
        }
      }
    }
  }

  /** What a client has asked so far; empty if it has not. */
  private Optional<RequestHead> peek(Client client) {
    int length = Kernel.peek(client.socket.intValue(), loop.buffer(), LONGEST_HEAD);
    return length > 0 ? Optional.of(RequestHead.of(loop.buffer(), length)) : Optional.empty();
  }
}
