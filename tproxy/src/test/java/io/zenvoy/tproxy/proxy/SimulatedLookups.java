package io.zenvoy.tproxy.proxy;

import io.zenvoy.tproxy.discovery.Route;
import io.zenvoy.tproxy.discovery.RoutingTable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;

/**
 * Which table each client meets: the daemon's event loops once more, reduced to the order in which
 * they look slots up.
 */
final class SimulatedLookups {
  private final List<Loop> loops = new ArrayList<>();
  private final Queue<SimulatedClient> backlog = new ArrayDeque<>();
  private final Map<String, Integer> mostWaiting = new HashMap<>();
  private final Map<String, Integer> highestCap = new HashMap<>();
  private final Map<String, Integer> assigned = new HashMap<>();
  private final Set<String> removed = new HashSet<>();
  private final Map<String, Integer> waitingWhenSettled = new HashMap<>();
  private int nextLoop;
  private int mostWaitingInAll;
  private int accepted;

  SimulatedLookups(RoutingTable first) {
    for (int index = 0; index < SimulatedDaemon.LOOPS; index++) {
      loops.add(new Loop(first));
    }
  }

  private static final class Loop {
    private final Deque<Task> tasks = new ArrayDeque<>();
    private final List<SimulatedClient> clients = new ArrayList<>();
    private RoutingTable table;

    Loop(RoutingTable table) {
      this.table = table;
    }
  }

  /** What is done in an event loop after the events that epoll has reported. */
  private sealed interface Task {
    record Install(RoutingTable table) implements Task {}

    record Receive(SimulatedClient client) implements Task {}
  }

  void connected(SimulatedClient client) {
    backlog.add(client);
  }

  int waitingToBeAccepted() {
    return backlog.size();
  }

  /** How many were given to an event loop and looked up there. */
  int accepted() {
    return accepted;
  }

  void install(RoutingTable table) {
    loops.forEach(loop -> loop.tasks.add(new Task.Install(table)));
  }

  void turn(int index, long nowNanos, int step) {
    if (index == 0) {
      while (!backlog.isEmpty()) {
        SimulatedClient client = backlog.remove();
        client.accepted(nextLoop, nowNanos);
        if (nextLoop == 0) {
          receive(loops.getFirst(), client, step);
        } else {
          loops.get(nextLoop).tasks.add(new Task.Receive(client));
        }
        nextLoop = (nextLoop + 1) % loops.size();
      }
    }
    Loop loop = loops.get(index);
    while (!loop.tasks.isEmpty()) {
      switch (loop.tasks.remove()) {
        case Task.Install(RoutingTable table) -> use(loop, table, step);
        case Task.Receive(SimulatedClient client) -> receive(loop, client, step);
      }
    }
  }

  private void receive(Loop loop, SimulatedClient client, int step) {
    accepted++;
    if (client.slot == null) {
      return;
    }
    mostWaitingInAll++;
    if (mostWaitingInAll > SimulatedDaemon.MAX_PARKED) {
      client.mayFailBy.add(CloseReason.CAP);
    }
    loop.clients.add(client);
    Route route = loop.table.route(client.slot);
    if (route == null) {
      client.estranged();
    } else {
      assign(client, route, step);
    }
  }

  private void assign(SimulatedClient client, Route route, int step) {
    client.assigned(route, step);
    assigned.merge(route.cluster(), 1, Integer::sum);
    highestCap.merge(route.cluster(), route.maxParked(), Math::max);
    if (mostWaiting.merge(route.cluster(), 1, Integer::sum) > route.maxParked()) {
      client.mayFailBy.add(CloseReason.CAP);
    }
  }

  private void use(Loop loop, RoutingTable table, int step) {
    loop.table = table;
    for (String cluster : SimulatedTable.CLUSTERS) {
      if (table.route(cluster) == null) {
        removed.add(cluster);
      }
    }
    for (SimulatedClient client : loop.clients) {
      Route before = client.route();
      if (before != null) {
        client.updated(table.route(before.cluster()), step);
      } else {
        Route found = client.slot == null ? null : table.route(client.slot);
        if (found != null) {
          assign(client, found, step);
        }
      }
    }
  }

  /** The schedule has settled: what was possible in between is so no longer. */
  void settled() {
    mostWaiting.clear();
    highestCap.clear();
    assigned.clear();
    removed.clear();
    mostWaitingInAll = 0;
    for (Loop loop : loops) {
      loop.clients.removeIf(client -> client.fate() != SimulatedClient.Fate.OPEN);
      for (SimulatedClient client : loop.clients) {
        mostWaitingInAll++;
        Route route = client.route();
        if (route != null) {
          mostWaiting.merge(route.cluster(), 1, Integer::sum);
        }
      }
      for (Route route : loop.table.routes()) {
        highestCap.put(route.cluster(), route.maxParked());
      }
      for (String cluster : SimulatedTable.CLUSTERS) {
        if (loop.table.route(cluster) == null) {
          removed.add(cluster);
        }
      }
    }
    waitingWhenSettled.clear();
    waitingWhenSettled.putAll(mostWaiting);
  }

  /** How many may wait for a cluster: those that did, or as many as a table has allowed since. */
  int mostThatMayWait(String cluster) {
    return Math.max(
        waitingWhenSettled.getOrDefault(cluster, 0), highestCap.getOrDefault(cluster, 0));
  }

  /** How many have come to a cluster since the schedule settled. */
  int assigned(String cluster) {
    return assigned.getOrDefault(cluster, 0);
  }

  /** Whether the cluster was in every table that was in use since the schedule settled. */
  boolean hasStayed(String cluster) {
    return !removed.contains(cluster);
  }
}
