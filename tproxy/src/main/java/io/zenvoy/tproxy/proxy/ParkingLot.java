package io.zenvoy.tproxy.proxy;

import io.zenvoy.common.DaemonProtocol;
import io.zenvoy.tproxy.discovery.Route;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of one cluster that wait in one event loop: those that are parked, because the
 * cluster has no endpoint, and those that are dialled. Owned by the event loop.
 */
final class ParkingLot {
  private static final Logger log = LoggerFactory.getLogger(ParkingLot.class);

  private final ProxyLoop loop;
  private final ClusterTraffic traffic;
  private final ClientQueue parked = new ClientQueue();
  private final Set<Dial> dials = new LinkedHashSet<>();
  private final WaitingBrowsers browsers;
  private Route route;
  private List<InetSocketAddress> endpoints;
  private String seenVerdict;

  ParkingLot(ProxyLoop loop, Route route) {
    this.loop = loop;
    this.route = route;
    this.traffic = loop.ledger().openLot(route.cluster());
    this.browsers = new WaitingBrowsers(loop, traffic);
    this.endpoints = permitted(route);
    this.seenVerdict = route.verdictId();
  }

  String cluster() {
    return route.cluster();
  }

  Route route() {
    return route;
  }

  boolean isEmpty() {
    return parked.isEmpty() && dials.isEmpty();
  }

  /** Whether a client that says nothing may wait to hear something. */
  boolean serverMaySpeakFirst() {
    return switch (route.protocol()) {
      case DaemonProtocol.PROTOCOL_HTTP,
          DaemonProtocol.PROTOCOL_HTTP2,
          DaemonProtocol.PROTOCOL_POSTGRES,
          DaemonProtocol.PROTOCOL_REDIS ->
          false;
      default -> true;
    };
  }

  /** The endpoints that may be dialled now. */
  List<InetSocketAddress> endpoints() {
    return endpoints;
  }

  /** When a connection of this lot has waited for too long, by the clock of the event loop. */
  long deadlineNanos(Client client) {
    return client.acceptedNanos + route.wakeTimeout().toNanos();
  }

  /** Takes a connection that has just been accepted; the process has a place for it. */
  void arrive(Client client) {
    traffic.accepted();
    client.lot = this;
    if (traffic.waiting().incrementAndGet() > route.maxParked()) {
      traffic.waiting().decrementAndGet();
      client.lot = null;
      loop.refuse(client, CloseReason.CAP, route);
      return;
    }
    if (route.endpoints().isEmpty()) {
      client.wasParked = true;
      parked.add(client);
      browsers.parked(client, route);
      announceParked(client, traffic.parkedNew());
    } else {
      traffic.dialledNew();
      dial(client);
    }
  }

  /** Puts a changed route into effect for all who wait. */
  void update(Route changed) {
    route = changed;
    endpoints = permitted(changed);
    if (changed.endpoints().isEmpty()) {
      for (Dial dial : List.copyOf(dials)) {
        parkAgain(dial);
      }
    } else {
      for (Dial dial : List.copyOf(dials)) {
        dial.endpointsChanged();
      }
      release();
    }
    String verdict = changed.verdictId();
    if (!verdict.isEmpty() && !verdict.equals(seenVerdict)) {
      seenVerdict = verdict;
      failParked(changed.verdict().map(Route.Verdict::reason).orElse(""));
    }
  }

  /** The cluster is gone, and with it the wait of everybody here. */
  void close(CloseReason reason) {
    for (Dial dial : List.copyOf(dials)) {
      loop.refuse(dial.client(), reason);
    }
    for (Client client = parked.first(); client != null; client = parked.first()) {
      loop.refuse(client, reason);
    }
  }

  /** Nothing comes here any more. */
  void dropped() {
    traffic.lotClosed();
  }

  /** Ends the parked connections whose deadline has passed; dials watch theirs themselves. */
  void sweep(long nowNanos) {
    int expired = 0;
    for (Client client = parked.first();
        client != null && nowNanos - deadlineNanos(client) >= 0;
        client = parked.first()) {
      loop.refuse(client, CloseReason.DEADLINE);
      expired++;
    }
    if (expired > 0) {
      warn(expired, CloseReason.DEADLINE.tag());
    }
    browsers.sweep(parked, route, nowNanos);
  }

  /** Takes out a connection that ends. */
  void remove(Client client) {
    Dial dial = client.dial;
    if (dial != null) {
      dial.cancel();
      dials.remove(dial);
      client.dial = null;
      if (client.wasParked) {
        traffic.unreleased().decrementAndGet();
      }
      traffic.dialEnded();
    } else {
      parked.remove(client);
      browsers.left(client);
      traffic.parkedEnded();
    }
    client.lot = null;
  }

  /** An endpoint has answered: the connection leaves, to be relayed. */
  void forwarded(Dial dial, Upstream upstream, InetSocketAddress endpoint) {
    Client client = dial.client();
    dials.remove(dial);
    client.dial = null;
    client.lot = null;
    if (client.wasParked) {
      announceReleased(client, endpoint);
    }
    traffic.relaying();
    loop.ledger().waiting().decrementAndGet();
    loop.halfClosed().remove(client);
    loop.metrics().relaying();
    new Relay(client, upstream, traffic).start();
  }

  /** A dial has found its deadline passed. */
  void expired(Dial dial) {
    loop.refuse(dial.client(), CloseReason.DEADLINE);
    warn(1, CloseReason.DEADLINE.tag());
  }

  private void release() {
    for (Client client = parked.poll(); client != null; client = parked.poll()) {
      browsers.left(client);
      traffic.dialledFromParked();
      dial(client);
    }
  }

  private void dial(Client client) {
    Dial dial = new Dial(loop, this, client);
    client.dial = dial;
    dials.add(dial);
    dial.start();
  }

  private void parkAgain(Dial dial) {
    Client client = dial.client();
    dial.cancel();
    dials.remove(dial);
    client.dial = null;
    parked.add(client);
    if (!client.wasParked) {
      client.wasParked = true;
      traffic.unreleased().incrementAndGet();
    }
    announceParked(client, traffic.parkedAgain());
  }

  private void failParked(String reason) {
    int failed = parked.size();
    for (Client client = parked.first(); client != null; client = parked.first()) {
      loop.refuse(client, CloseReason.VERDICT);
    }
    if (failed > 0) {
      warn(failed, reason);
    }
  }

  private List<InetSocketAddress> permitted(Route changed) {
    List<InetSocketAddress> permitted = new ArrayList<>(changed.endpoints().size());
    for (InetSocketAddress endpoint : changed.endpoints()) {
      if (loop.guard().permits(changed, endpoint)) {
        permitted.add(endpoint);
      } else {
        log.atWarn()
            .addKeyValue("service", changed.cluster())
            .addKeyValue("endpoint", endpoint)
            .log("endpoint must not be dialled");
      }
    }
    return permitted;
  }

  private void announceParked(Client client, boolean onlyOne) {
    if (onlyOne) {
      traffic.expectRelease();
      log.atInfo().addKeyValue("service", cluster()).log("parked");
    } else {
      log.atDebug()
          .addKeyValue("service", cluster())
          .addKeyValue("slot", client.slot)
          .log("connection parked");
    }
  }

  private void announceReleased(Client client, InetSocketAddress endpoint) {
    Duration waited = Duration.ofNanos(loop.nanoTime() - client.acceptedNanos);
    loop.metrics().released(waited);
    int connections = traffic.unreleased().getAndDecrement();
    if (traffic.announceRelease()) {
      log.atInfo()
          .addKeyValue("service", cluster())
          .addKeyValue("connections", connections)
          .addKeyValue("waited_ms", waited.toMillis())
          .addKeyValue(
              "endpoint", endpoint.getAddress().getHostAddress() + ":" + endpoint.getPort())
          .log("released");
    }
  }

  private void warn(int connections, String reason) {
    log.atWarn()
        .addKeyValue("service", cluster())
        .addKeyValue("connections", connections)
        .addKeyValue("reason", reason)
        .log("parked connections failed");
  }
}
