package io.zenvoy.tproxy.proxy;

import io.netty.util.concurrent.Future;
import io.zenvoy.common.DaemonProtocol;
import io.zenvoy.tproxy.discovery.Route;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of one cluster that wait in one event loop: those that are parked, because the
 * cluster has no endpoint, and once it has one those whose turn has not come yet, and those that
 * are dialled. First come, first served. Owned by the event loop.
 */
final class ParkingLot {
  private static final Logger log = LoggerFactory.getLogger(ParkingLot.class);

  private final ProxyLoop loop;
  private final ClusterTraffic traffic;

  /** Parked while the cluster has no endpoint; else waiting for their turn to be dialled. */
  private final ClientQueue queue = new ClientQueue();

  private final Set<Dial> dials = new LinkedHashSet<>();
  private final ReleaseWindow window;
  private final WaitingBrowsers browsers;
  private Route route;
  private final EndpointChoice endpoints;
  private String seenVerdict;
  private boolean releasing;
  private @Nullable Future<?> look;

  ParkingLot(ProxyLoop loop, Route route) {
    this.loop = loop;
    this.route = route;
    this.traffic = loop.ledger().openLot(route.cluster());
    this.browsers = new WaitingBrowsers(loop, traffic);
    this.window = loop.newReleaseWindow();
    this.endpoints = new EndpointChoice(loop.random());
    endpoints.offer(permitted(route));
    this.seenVerdict = route.verdictId();
  }

  String cluster() {
    return route.cluster();
  }

  Route route() {
    return route;
  }

  boolean isEmpty() {
    return queue.isEmpty() && dials.isEmpty() && window.isIdle(loop.nanoTime());
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
  EndpointChoice endpoints() {
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
    queue.add(client);
    if (isAsleep()) {
      client.wasParked = true;
      browsers.parked(client, route);
      announceParked(client, traffic.parkedNew());
    } else {
      traffic.dialledNew();
      release();
    }
  }

  /** Puts a changed route into effect for all who wait. */
  void update(Route changed) {
    boolean wasAsleep = isAsleep();
    route = changed;
    endpoints.offer(permitted(changed));
    if (isAsleep() && !wasAsleep) {
      parkAll();
    } else if (!isAsleep() && wasAsleep) {
      unparkAll();
    }
    window.keep(endpoints.offered());
    for (Dial dial : List.copyOf(dials)) {
      dial.endpointsChanged();
    }
    release();
    String verdict = changed.verdictId();
    if (!verdict.isEmpty() && !verdict.equals(seenVerdict)) {
      seenVerdict = verdict;
      if (isAsleep()) {
        failParked(changed.verdict().map(Route.Verdict::reason).orElse(""));
      }
    }
  }

  /** The cluster is gone, and with it the wait of everybody here. */
  void close(CloseReason reason) {
    for (Client client = queue.first(); client != null; client = queue.first()) {
      loop.refuse(client, reason);
    }
    for (Dial dial : List.copyOf(dials)) {
      loop.refuse(dial.client(), reason);
    }
    window.keep(List.of());
  }

  /** Nothing comes here any more. */
  void dropped() {
    traffic.lotClosed();
  }

  /** Ends the queued connections whose deadline has passed; dials watch theirs themselves. */
  void sweep(long nowNanos) {
    int expired = 0;
    for (Client client = queue.first();
        client != null && nowNanos - deadlineNanos(client) >= 0;
        client = queue.first()) {
      loop.refuse(client, CloseReason.DEADLINE);
      expired++;
    }
    if (expired > 0) {
      warn(expired, CloseReason.DEADLINE.tag());
    }
    if (isAsleep()) {
      browsers.sweep(queue, route, nowNanos);
    }
  }

  /** Takes out a connection that ends. */
  void remove(Client client) {
    Dial dial = client.dial;
    client.lot = null;
    if (dial == null) {
      queue.remove(client);
      browsers.left(client);
    } else {
      giveUp(dial);
    }
    if (client.wasParked) {
      traffic.unreleased().decrementAndGet();
    }
    if (isAsleep()) {
      traffic.parkedEnded();
    } else {
      traffic.dialEnded();
      release();
    }
  }

  /** An endpoint has answered: the connection leaves, to be relayed. */
  void forwarded(Dial dial, Upstream upstream, InetSocketAddress endpoint) {
    Client client = dial.client();
    dials.remove(dial);
    client.dial = null;
    client.lot = null;
    endpoints.answered(endpoint);
    window.connected(dial.turn(), endpoint, loop.nanoTime());
    long forwardedNanos = loop.nanoTime();
    traffic.relaying();
    loop.ledger().waiting().decrementAndGet();
    loop.halfClosed().remove(client);
    try {
      new Relay(client, upstream, traffic, () -> proven(dial.turn())).start();
    } finally {
      // Only now that what the client has sent is on its way.
      loop.metrics().relaying();
      if (client.wasParked) {
        announceReleased(client, endpoint, forwardedNanos);
      }
    }
  }

  /** An endpoint does not answer a dial. */
  void unanswered(InetSocketAddress endpoint) {
    if (endpoints.unanswered(endpoint, loop.nanoTime())) {
      window.stalled(loop.nanoTime());
    }
  }

  /** A dial has found its deadline passed. */
  void expired(Dial dial) {
    loop.refuse(dial.client(), CloseReason.DEADLINE);
    warn(1, CloseReason.DEADLINE.tag());
  }

  private boolean isAsleep() {
    return route.endpoints().isEmpty();
  }

  private void proven(ReleaseWindow.Turn turn) {
    window.proven(turn);
    release();
  }

  /** Dials for as many as the endpoints may be given now. */
  private void release() {
    if (releasing || queue.isEmpty() || isAsleep()) {
      return;
    }
    // Dials that end at once, as all do if no endpoint may be dialled, would come here again.
    releasing = true;
    try {
      for (Client client = queue.first();
          client != null && (endpoints.offered().isEmpty() || window.hasRoom(loop.nanoTime()));
          client = queue.first()) {
        queue.remove(client);
        dial(client);
      }
    } finally {
      releasing = false;
    }
    if (!queue.isEmpty() && look == null) {
      long nanos = window.nanosUntilLook(loop.nanoTime());
      look = loop.eventLoop().schedule(this::lookAgain, nanos, TimeUnit.NANOSECONDS);
    }
  }

  private void lookAgain() {
    look = null;
    release();
  }

  private void dial(Client client) {
    Dial dial = new Dial(loop, this, client, window.begin(loop.nanoTime()));
    client.dial = dial;
    dials.add(dial);
    dial.start();
  }

  private void giveUp(Dial dial) {
    dial.cancel();
    dials.remove(dial);
    dial.client().dial = null;
    window.ended(dial.turn());
  }

  /** The last endpoint has gone. */
  private void parkAll() {
    for (Dial dial : List.copyOf(dials).reversed()) {
      giveUp(dial);
      queue.putBack(dial.client());
    }
    for (Client client = queue.first(); client != null; client = client.next) {
      if (!client.wasParked) {
        client.wasParked = true;
        traffic.unreleased().incrementAndGet();
      }
      announceParked(client, traffic.parkedAgain());
    }
  }

  /** The first endpoint has come. */
  private void unparkAll() {
    for (Client client = queue.first(); client != null; client = client.next) {
      browsers.left(client);
      traffic.dialledFromParked();
    }
  }

  private void failParked(String reason) {
    int failed = queue.size();
    for (Client client = queue.first(); client != null; client = queue.first()) {
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
      log.atLevel(loop.ledger().news()).addKeyValue("service", cluster()).log("parked");
    } else {
      log.atDebug()
          .addKeyValue("service", cluster())
          .addKeyValue("slot", client.slot)
          .log("connection parked");
    }
  }

  private void announceReleased(Client client, InetSocketAddress endpoint, long forwardedNanos) {
    Duration waited = Duration.ofNanos(forwardedNanos - client.acceptedNanos);
    loop.metrics().released(waited);
    int connections = traffic.unreleased().getAndDecrement();
    if (traffic.announceRelease()) {
      log.atLevel(loop.ledger().news())
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
