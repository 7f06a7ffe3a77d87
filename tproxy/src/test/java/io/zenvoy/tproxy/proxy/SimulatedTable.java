package io.zenvoy.tproxy.proxy;

import io.zenvoy.common.Ipv4Network;
import io.zenvoy.common.Slot;
import io.zenvoy.tproxy.discovery.Route;
import io.zenvoy.tproxy.discovery.RoutingTable;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the control plane says: three clusters that share four slots. */
final class SimulatedTable {
  static final List<String> CLUSTERS = List.of("web", "raw", "db");
  static final int SLOTS = 4;
  private static final int SLOT_ADDRESS = Ipv4Network.parseAddress("127.128.0.10");

  /** The daemon's own listener. */
  private static final InetSocketAddress FORBIDDEN =
      new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), SimulatedDaemon.PORT);

  private static final List<Duration> WAKE_TIMEOUTS =
      List.of(Duration.ofMillis(300), Duration.ofSeconds(1), Duration.ofSeconds(6));

  private final List<Entry> entries = new ArrayList<>();
  private long version;
  private int verdicts;

  SimulatedTable(List<SimulatedEndpoint> endpoints) {
    for (String cluster : CLUSTERS) {
      Entry entry = new Entry(cluster, slot(entries.size()));
      endpoints.stream()
          .filter(endpoint -> endpoint.cluster.equals(cluster))
          .forEach(endpoint -> entry.all.add(endpoint.address));
      entries.add(entry);
    }
    // One is awake from the beginning, and the clients of one come before it does.
    entries.get(1).endpoints = entries.get(1).all;
    entries.getLast().present = false;
  }

  private static final class Entry {
    private final String cluster;
    private final List<InetSocketAddress> all = new ArrayList<>();
    private Slot slot;
    private boolean present = true;
    private List<InetSocketAddress> endpoints = List.of();
    private Duration wakeTimeout = Duration.ofSeconds(2);
    private int maxParked = 4;
    private Optional<Route.Verdict> verdict = Optional.empty();

    Entry(String cluster, Slot slot) {
      this.cluster = cluster;
      this.slot = slot;
    }

    Route route(long version) {
      return new Route(
          cluster, slot, wakeTimeout, maxParked, "tcp", true, endpoints, verdict, version);
    }
  }

  static Slot slot(int index) {
    return new Slot(SLOT_ADDRESS + index, SimulatedDaemon.PORT);
  }

  /** Those of a route's endpoints that may be dialled. */
  static List<InetSocketAddress> permitted(Route route) {
    return route.endpoints().stream().filter(endpoint -> !endpoint.equals(FORBIDDEN)).toList();
  }

  RoutingTable table() {
    version++;
    return RoutingTable.of(
        entries.stream()
            .filter(entry -> entry.present)
            .map(entry -> entry.route(version))
            .toList());
  }

  /** Other endpoints: most often all of them, or none. */
  String changeEndpoints(int pick) {
    Entry entry = entry(pick);
    entry.endpoints =
        switch (pick / CLUSTERS.size() % 12) {
          case 0, 1, 2, 3 -> entry.all;
          case 4, 5, 6, 7 -> List.of();
          case 8 -> entry.all.subList(0, 1);
          case 9 -> entry.all.subList(1, 2);
          case 10 -> List.of(entry.all.getFirst(), FORBIDDEN);
          default -> List.of(FORBIDDEN);
        };
    if (!entry.endpoints.isEmpty()) {
      entry.verdict = Optional.empty();
    }
    return entry.cluster + " has the endpoints " + entry.endpoints;
  }

  String changePresence(int pick) {
    Entry entry = entry(pick);
    entry.present = !entry.present;
    return entry.cluster + (entry.present ? " is there" : " is gone");
  }

  /** Another slot, which the cluster that has it gives up for this one's. */
  String changeSlot(int pick) {
    Entry entry = entry(pick);
    Slot before = entry.slot;
    Slot changed = slot(pick / CLUSTERS.size() % SLOTS);
    for (Entry other : entries) {
      if (other.slot.equals(changed)) {
        other.slot = before;
      }
    }
    entry.slot = changed;
    return entry.cluster + " has the slot " + changed.host();
  }

  String fail(int pick) {
    Entry entry = entry(pick);
    verdicts++;
    entry.endpoints = List.of();
    entry.verdict = Optional.of(new Route.Verdict("verdict-" + verdicts, "no pod starts"));
    return entry.cluster + " has the verdict " + verdicts;
  }

  String changeCap(int pick) {
    Entry entry = entry(pick);
    entry.maxParked = 1 + pick / CLUSTERS.size() % 4;
    return entry.cluster + " has the cap " + entry.maxParked;
  }

  String changeWakeTimeout(int pick) {
    Entry entry = entry(pick);
    entry.wakeTimeout = WAKE_TIMEOUTS.get(pick / CLUSTERS.size() % WAKE_TIMEOUTS.size());
    return entry.cluster + " has the wake timeout " + entry.wakeTimeout;
  }

  /** All is well, for long enough. */
  void heal() {
    for (Entry entry : entries) {
      entry.present = true;
      entry.endpoints = entry.all;
      entry.wakeTimeout = Duration.ofMinutes(5);
      entry.verdict = Optional.empty();
    }
  }

  private Entry entry(int pick) {
    return entries.get(pick % entries.size());
  }
}
