package io.zenvoy.tproxy.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.zenvoy.tproxy.discovery.Route;
import io.zenvoy.tproxy.proxy.SimulatedClient.Fate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What must hold whenever a schedule has settled. Checking changes nothing. */
final class HandOverRules {
  private final SimulatedDaemon daemon;
  private final SimulatedLookups lookups;
  private final List<SimulatedEndpoint> endpoints;
  private final FigureRules figures;
  private final Map<CloseReason, Integer> closedBefore = new EnumMap<>(CloseReason.class);
  private int relayedBefore;
  private int settledStep;

  HandOverRules(
      SimulatedDaemon daemon, SimulatedLookups lookups, List<SimulatedEndpoint> endpoints) {
    this.daemon = daemon;
    this.lookups = lookups;
    this.endpoints = endpoints;
    figures = new FigureRules(daemon, lookups);
  }

  /** After every turn of an event loop: everybody is in exactly one place, and is reported. */
  void turned() {
    assertThat(daemon.failures()).as("tables that could not be installed").isEmpty();
    assertThat(daemon.decided() + daemon.ledger().waiting().get())
        .as("connections that wait, were refused, or were relayed")
        .isEqualTo(lookups.accepted());
  }

  /** What a report says from now on: as little as possible, as late as possible. */
  void report() {
    figures.report();
  }

  /** When nothing is under way, and before time passes that would help. */
  void checkBeforeTimePasses(Collection<SimulatedClient> clients) {
    for (SimulatedClient client : newly(clients, Fate.OPEN)) {
      Route route = client.route();
      if (route != null && !route.endpoints().isEmpty() && !client.mustEnd()) {
        requireNotServable(client, route, clients);
      }
    }
  }

  void check(Collection<SimulatedClient> clients, Collection<SimulatedUpstream> upstreams) {
    assertThat(lookups.waitingToBeAccepted()).as("waiting to be accepted").isZero();
    for (SimulatedClient client : clients) {
      if (client.fate() == Fate.OPEN) {
        switch (client.seen()) {
          case OPEN -> requireMayWait(client, clients);
          case RELAYED -> requireRightEndpoint(client);
          case REFUSED, LEFT -> {}
        }
      }
      SimulatedUpstream upstream = client.upstream;
      if (upstream != null) {
        RelayRules.check(client, upstream);
      }
    }
    for (SimulatedUpstream upstream : upstreams) {
      assertThat(upstream.client != null || upstream.isOver() || upstream.isGone())
          .as("upstream %d without a client is over", upstream.number)
          .isTrue();
    }
    requireReasons(clients);
    figures.check(clients);
    requireOrder(upstreams);
  }

  private void requireMayWait(SimulatedClient client, Collection<SimulatedClient> clients) {
    String name = "client " + client.number;
    Duration waited = waited(client);
    Route route = client.route();
    assertThat(client.isOver()).as("%s has heard that it waits in vain", name).isFalse();
    assertThat(client.mustEnd())
        .as("%s waits, although nothing is to be waited for", name)
        .isFalse();
    if (route == null) {
      assertThat(waited).as("%s waits for a table", name).isLessThan(SimulatedDaemon.GRACE);
    } else if (route.endpoints().isEmpty()) {
      assertThat(waited).as("%s is parked", name).isLessThan(route.wakeTimeout());
    } else {
      assertThat(waited).as("%s is dialled", name).isLessThan(client.longestDial());
      requireNotServable(client, route, clients);
    }
  }

  private void requireNotServable(
      SimulatedClient client, Route route, Collection<SimulatedClient> clients) {
    // One after the other: who waits for an earlier one's dial waits for what that one has met.
    List<SimulatedClient> waiting =
        newly(clients, Fate.OPEN).stream().filter(other -> other.isOf(route.cluster())).toList();
    assertThat(waiting.stream().allMatch(other -> mustBeServed(other, route)))
        .as(
            "client %d waits, although every endpoint of %s is open",
            client.number, route.cluster())
        .isFalse();
  }

  private boolean mustBeServed(SimulatedClient client, Route route) {
    return endpointsOf(route).stream()
        .allMatch(
            endpoint ->
                endpoint.isOpenFor(client.dialledStep())
                    && !endpoint.hasFailedSince(client.connectedStep));
  }

  private List<SimulatedEndpoint> endpointsOf(Route route) {
    return endpoints.stream()
        .filter(endpoint -> SimulatedTable.permitted(route).contains(endpoint.address))
        .toList();
  }

  private static void requireRightEndpoint(SimulatedClient client) {
    SimulatedUpstream upstream = client.upstream;
    Route route = client.route();
    assertThat(route).as("client %d is relayed, by its slot's route", client.number).isNotNull();
    if (upstream != null && route != null) {
      assertThat(upstream.endpoint.cluster)
          .as("the cluster that client %d was given to", client.number)
          .isEqualTo(route.cluster());
      assertThat(client.mayBeGiven)
          .as("current endpoints, for client %d", client.number)
          .contains(upstream.endpoint.address);
    }
  }

  /** Each refusal has a client that may be refused for it, and the other way round. */
  private void requireReasons(Collection<SimulatedClient> clients) {
    List<SimulatedClient> refused = newly(clients, Fate.REFUSED);
    List<SimulatedClient> left = newly(clients, Fate.LEFT);
    int all = 0;
    for (CloseReason reason : CloseReason.values()) {
      int count = daemon.closed(reason) - closedBefore.getOrDefault(reason, 0);
      all += count;
      List<SimulatedClient> may = new ArrayList<>(left);
      may.addAll(refused);
      may.removeIf(client -> !client.mayFailBy(reason, waited(client)));
      assertThat(count)
          .as("refused by %s; may be: %s", reason, may)
          .isLessThanOrEqualTo(may.size());
      may.removeIf(client -> reasons(client) > 1 || client.isGone());
      assertThat(count)
          .as("refused by %s; must be: %s", reason, may)
          .isGreaterThanOrEqualTo(may.size());
    }
    assertThat(refused)
        .as("clients that were refused without a reason")
        .allMatch(client -> reasons(client) > 0);
    int relayed = daemon.relayed() - relayedBefore - newly(clients, Fate.RELAYED).size();
    assertThat(relayed).as("relayed ones that nobody knows").isBetween(0, left.size());
    assertThat(all + relayed)
        .as("connections that have ended, or were relayed to the end")
        .isEqualTo(refused.size() + left.size());
  }

  private long reasons(SimulatedClient client) {
    Duration waited = waited(client);
    return List.of(CloseReason.values()).stream()
        .filter(reason -> client.mayFailBy(reason, waited))
        .count();
  }

  /** Those that were parked are released in the order in which they had come. */
  private void requireOrder(Collection<SimulatedUpstream> upstreams) {
    for (SimulatedEndpoint endpoint : endpoints) {
      SimulatedClient[] latest = new SimulatedClient[SimulatedDaemon.LOOPS];
      for (SimulatedUpstream upstream : upstreams) {
        SimulatedClient client = upstream.client;
        if (upstream.endpoint == endpoint
            && client != null
            && client.wasReleasedOnce()
            && allAreOpenFor(client)) {
          SimulatedClient before = latest[client.loop()];
          if (before != null) {
            assertThat(cameEarlier(client, before))
                .as("client %d was overtaken by client %d", client.number, before.number)
                .isFalse();
          }
          latest[client.loop()] = client;
        }
      }
    }
  }

  private boolean allAreOpenFor(SimulatedClient client) {
    Route route = client.route();
    return client.fate() == Fate.OPEN
        && route != null
        && endpoints.stream()
            .filter(endpoint -> endpoint.cluster.equals(route.cluster()))
            .allMatch(endpoint -> endpoint.isOpenFor(settledStep));
  }

  private static boolean cameEarlier(SimulatedClient client, SimulatedClient other) {
    if (client.acceptedNanos() != other.acceptedNanos()) {
      return client.acceptedNanos() < other.acceptedNanos();
    }
    return client.number < other.number && !client.wasEverStranger() && !other.wasEverStranger();
  }

  /** The schedule has settled and everything was right. */
  void settled(Collection<SimulatedClient> clients, int step) {
    clients.forEach(client -> client.settled(client.seen()));
    lookups.settled();
    for (CloseReason reason : CloseReason.values()) {
      closedBefore.put(reason, daemon.closed(reason));
    }
    relayedBefore = daemon.relayed();
    figures.settled();
    settledStep = step;
  }

  /** Those whose fate is not known since earlier, and is this one now. */
  static List<SimulatedClient> newly(Collection<SimulatedClient> clients, Fate fate) {
    return clients.stream()
        .filter(client -> client.fate() == Fate.OPEN && client.seen() == fate)
        .toList();
  }

  private Duration waited(SimulatedClient client) {
    return Duration.ofNanos(daemon.nowNanos() - client.acceptedNanos());
  }
}
