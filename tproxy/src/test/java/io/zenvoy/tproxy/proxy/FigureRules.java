package io.zenvoy.tproxy.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.zenvoy.tproxy.discovery.ActivitySource.Activity;
import io.zenvoy.tproxy.discovery.Route;
import io.zenvoy.tproxy.proxy.SimulatedClient.Fate;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the daemon's figures and reports must say whenever a schedule has settled. */
final class FigureRules {
  private final SimulatedDaemon daemon;
  private final SimulatedLookups lookups;
  private final Map<String, Activity> activityBefore = new HashMap<>();
  private final Map<String, Activity> reported = new HashMap<>();
  private final Map<String, Integer> leastActivity = new HashMap<>();
  private int urgentBefore;

  FigureRules(SimulatedDaemon daemon, SimulatedLookups lookups) {
    this.daemon = daemon;
    this.lookups = lookups;
    daemon.observe(this::observe);
  }

  private void observe() {
    for (String cluster : SimulatedTable.CLUSTERS) {
      Activity activity = daemon.ledger().of(cluster);
      leastActivity.merge(cluster, activity.active() + activity.parked(), Math::min);
    }
  }

  /** What a report says from now on: as little as possible, as late as possible. */
  void report() {
    for (String cluster : daemon.ledger().takeChanged()) {
      reported.put(cluster, daemon.ledger().of(cluster));
    }
    for (String cluster : SimulatedTable.CLUSTERS) {
      if (!lookups.hasStayed(cluster)) {
        // Nobody hears of it while it is gone, and everything when it is back.
        reported.put(cluster, daemon.ledger().of(cluster));
      }
    }
  }

  void check(Collection<SimulatedClient> clients) {
    TrafficLedger ledger = daemon.ledger();
    List<SimulatedClient> waiting = HandOverRules.newly(clients, Fate.OPEN);
    assertThat(ledger.waiting().get())
        .as("waiting in all")
        .isEqualTo(waiting.size())
        .isLessThanOrEqualTo(SimulatedDaemon.MAX_PARKED);
    boolean anything = !waiting.isEmpty();
    for (String cluster : SimulatedTable.CLUSTERS) {
      List<SimulatedClient> its = clients.stream().filter(client -> client.isOf(cluster)).toList();
      List<SimulatedClient> itsWaiting = HandOverRules.newly(its, Fate.OPEN);
      int parked = (int) itsWaiting.stream().filter(FigureRules::isParked).count();
      int relayed = (int) its.stream().filter(FigureRules::isRelayed).count();
      Activity activity = ledger.of(cluster);
      assertThat(activity.parked()).as("parked for %s", cluster).isEqualTo(parked);
      assertThat(activity.active())
          .as("dialled or relayed for %s", cluster)
          .isEqualTo(itsWaiting.size() - parked + relayed);
      assertThat(itsWaiting.size())
          .as("waiting for %s, by its cap", cluster)
          .isLessThanOrEqualTo(lookups.mostThatMayWait(cluster));
      assertThat(reported.getOrDefault(cluster, Activity.NONE))
          .as("reported for %s", cluster)
          .isEqualTo(activity);
      assertThat(leastActivity.getOrDefault(cluster, Integer.MAX_VALUE))
          .as("the least that a report could have said for %s", cluster)
          .isGreaterThanOrEqualTo(
              (int) itsWaiting.stream().filter(SimulatedClient::wasHeldWhenSettled).count());
      requireTotals(cluster, its, activity);
      anything |= relayed > 0;
    }
    assertThat(ledger.isIdle()).as("nothing is to be waited for at the end").isEqualTo(!anything);
  }

  private void requireTotals(String cluster, List<SimulatedClient> its, Activity activity) {
    Activity before = activityBefore.getOrDefault(cluster, Activity.NONE);
    if (activity.parked() > before.parked()) {
      assertThat(daemon.urgentReports()).as("reports at once").isGreaterThan(urgentBefore);
    }
    if (lookups.hasStayed(cluster)) {
      int held =
          (int)
              its.stream()
                  .filter(SimulatedClient::wasAssignedSinceSettled)
                  .filter(client -> client.seen() == Fate.OPEN || client.seen() == Fate.RELAYED)
                  .count();
      assertThat(activity.accepted() - before.accepted())
          .as("accepted for %s", cluster)
          .isBetween((long) held, (long) lookups.assigned(cluster));
    }
  }

  /** The schedule has settled and everything was right. */
  void settled() {
    leastActivity.clear();
    for (String cluster : SimulatedTable.CLUSTERS) {
      activityBefore.put(cluster, daemon.ledger().of(cluster));
    }
    urgentBefore = daemon.urgentReports();
  }

  private static boolean isParked(SimulatedClient client) {
    Route route = client.route();
    return route != null && route.endpoints().isEmpty();
  }

  private static boolean isRelayed(SimulatedClient client) {
    SimulatedUpstream upstream = client.upstream;
    return upstream != null && !RelayRules.isOver(client, upstream);
  }
}
