package io.zenvoy.tproxy.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.zenvoy.common.Slot;
import io.zenvoy.tproxy.discovery.RoutingTable;
import io.zenvoy.tproxy.proxy.SimulatedEndpoint.Mood;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Three clusters with two endpoints each, a daemon with two event loops, and ends.clients. The
 * sockets are real; time passes, and event loops turn, when a step says so.
 */
final class HandOverWorld implements AutoCloseable {
  /** Longer than the event loops' period of looking at deadlines. */
  private static final Duration SWEEP = Duration.ofMillis(60);

  private static final InetAddress OUTSIDE = InetAddress.ofLiteral("127.0.0.1");

  private final Patience patience;
  private final SimulatedEnds ends;
  private final List<String> script = new ArrayList<>();
  private final SimulatedTable table;
  private final SimulatedDaemon daemon;
  private final SimulatedLookups lookups;
  private final HandOverRules rules;
  private int step;

  HandOverWorld(Patience patience) throws IOException {
    this.patience = patience;
    ends = new SimulatedEnds();
    table = new SimulatedTable(ends.endpoints);
    RoutingTable first = table.table();
    daemon = new SimulatedDaemon(first);
    lookups = new SimulatedLookups(first);
    rules = new HandOverRules(daemon, lookups, ends.endpoints);
    lookups.settled();
  }

  /** What has happened, in words. */
  String script() {
    return "\nThe schedule:\n  " + String.join("\n  ", script);
  }

  int relays() {
    return ends.relays();
  }

  void act(Step action) throws IOException {
    step++;
    int pick = action.pick();
    switch (action.kind()) {
      case SETTLE -> settle();
      case TURN -> {
        script.add("event loop " + pick % SimulatedDaemon.LOOPS + " has a turn");
        turn(pick % SimulatedDaemon.LOOPS);
      }
      case TIME -> pass(Duration.ofMillis(1L + pick % 1_500));
      case CONNECT -> connect(SimulatedTable.slot(pick % SimulatedTable.SLOTS));
      case CONNECT_OUTSIDE -> connect(null);
      case SEND -> client(pick, "sends", end -> end.send(size(pick)));
      case HALF_CLOSE -> client(pick, "half-closes", SimulatedEnd::halfClose);
      case CLOSE -> client(pick, "closes", SimulatedEnd::close);
      case RESET -> client(pick, "resets", SimulatedEnd::reset);
      case ENDPOINTS -> install(table.changeEndpoints(pick));
      case CLUSTER -> install(table.changePresence(pick));
      case SLOT -> install(table.changeSlot(pick));
      case VERDICT -> install(table.fail(pick));
      case CAP -> install(table.changeCap(pick));
      case WAKE_TIMEOUT -> install(table.changeWakeTimeout(pick));
      case MOOD -> changeMood(pick);
      case UPSTREAM_SEND -> upstream(pick, "sends", end -> end.send(size(pick)));
      case UPSTREAM_HALF_CLOSE -> upstream(pick, "half-closes", SimulatedEnd::halfClose);
      case UPSTREAM_RESET ->
          upstream(
              pick,
              "resets",
              end -> {
                end.reset();
                ends.mayHaveFailedADial(end, step);
              });
    }
  }

  /** What is under way comes to its end, and everything is as it must be. */
  void settle() throws IOException {
    script.add("everything settles");
    runUntilQuiet();
    patiently(() -> rules.checkBeforeTimePasses(ends.clients));
    // By then whoever has left without a sign is found to be gone.
    daemon.advance(SWEEP);
    runUntilQuiet();
    patiently(
        () -> {
          rules.report();
          rules.check(ends.clients, ends.upstreams);
        });
    rules.settled(ends.clients, step);
    ends.forgetThoseThatEnded();
  }

  /** The kernel may have been kept from delivering by other work. */
  private void patiently(Runnable check) throws IOException {
    long begin = System.nanoTime();
    while (true) {
      try {
        check.run();
        return;
      } catch (AssertionError e) {
        if (patience.isOver(System.nanoTime() - begin)) {
          throw e;
        }
        runUntilQuiet();
      }
    }
  }

  /** All is well: whoever waits is served, and when all have gone nothing is left. */
  void comeToRest() throws IOException {
    for (SimulatedEndpoint endpoint : ends.endpoints) {
      become(endpoint, Mood.OPEN);
    }
    settle();
    table.heal();
    install("all is well");
    settle();
    // The longest attempt of a dial, and the longest pause between two.
    for (int count = 0; count < 4; count++) {
      pass(Duration.ofMillis(1_500));
      settle();
    }
    assertThat(ends.clients.stream().filter(client -> client.fate() == SimulatedClient.Fate.OPEN))
        .as("clients that wait although everything works")
        .isEmpty();
    for (SimulatedUpstream upstream : ends.upstreams) {
      upstream.halfClose();
    }
    for (SimulatedClient client : ends.clients) {
      client.close();
    }
    settle();
    settle();
    assertThat(ends.clients).as("clients that are left").isEmpty();
    assertThat(ends.upstreams).as("upstreams that are left").isEmpty();
    for (String cluster : SimulatedTable.CLUSTERS) {
      assertThat(daemon.ledger().traffic(cluster).unreleased()).as("unreleased").hasValue(0);
      assertThat(daemon.ledger().traffic(cluster).waiting()).as("waiting").hasValue(0);
      assertThat(daemon.ledger().traffic(cluster).relayed()).as("relayed").isZero();
    }
  }

  /** The program ends with whatever it holds: everybody is told, and no socket is left. */
  void end(boolean firstLoopFirst) throws IOException {
    script.add("the program ends");
    daemon.end(firstLoopFirst);
    long begin = System.nanoTime();
    while (!ends.clients.stream().allMatch(client -> client.isGone() || client.isOver())) {
      ends.transfer();
      assertThat(patience.isOver(System.nanoTime() - begin))
          .as("clients that were not told of the end: %s", ends.clients)
          .isFalse();
    }
  }

  /** Ends the daemon of a schedule that has failed, in whatever state it is. */
  void stop() {
    daemon.end(true);
  }

  @Override
  public void close() throws IOException {
    ends.close();
  }

  private void runUntilQuiet() throws IOException {
    int quiet = 0;
    while (quiet < 2) {
      int before = daemon.decided();
      for (int loop = 0; loop < SimulatedDaemon.LOOPS; loop++) {
        turn(loop);
      }
      boolean any = ends.transfer();
      quiet = any || daemon.decided() != before ? 0 : quiet + 1;
    }
  }

  private void turn(int loop) {
    daemon.turn(loop);
    lookups.turn(loop, daemon.nowNanos(), step);
    rules.turned();
  }

  private void pass(Duration duration) {
    script.add(duration.toMillis() + " ms pass");
    daemon.advance(duration);
  }

  private void connect(@Nullable Slot slot) throws IOException {
    int number = ends.nextClient();
    String host = slot == null ? OUTSIDE.getHostAddress() : slot.host();
    script.add("client " + number + " connects to " + host);
    SocketChannel channel =
        SocketChannel.open(
            new InetSocketAddress(InetAddress.ofLiteral(host), SimulatedDaemon.PORT));
    SimulatedClient client = new SimulatedClient(number, channel, slot, step);
    ends.clients.add(client);
    lookups.connected(client);
    // Only then is it certain that the next turn accepts it.
    long begin = System.nanoTime();
    while (daemon.waitingToBeAccepted() < lookups.waitingToBeAccepted()) {
      assertThat(patience.isOver(System.nanoTime() - begin)).as("%s hangs", client).isFalse();
    }
  }

  private void install(String change) {
    script.add("a table: " + change);
    RoutingTable changed = table.table();
    daemon.install(changed);
    lookups.install(changed);
  }

  private void become(SimulatedEndpoint endpoint, Mood mood) throws IOException {
    script.add("endpoint " + endpoint.address + " is " + mood);
    // What is established stays so.
    ends.accept(endpoint);
    endpoint.become(mood, step);
  }

  private void changeMood(int pick) throws IOException {
    SimulatedEndpoint endpoint = ends.endpoints.get(pick % ends.endpoints.size());
    switch (pick / ends.endpoints.size() % 4) {
      case 0, 1 -> become(endpoint, Mood.OPEN);
      case 2 -> become(endpoint, Mood.REFUSING);
      default -> become(endpoint, Mood.SWALLOWING);
    }
  }

  private static int size(int pick) {
    return pick % 5 == 0 ? 20_000 : 1 + pick % 100;
  }

  private interface EndAction {
    void act(SimulatedEnd end) throws IOException;
  }

  private void client(int pick, String what, EndAction action) throws IOException {
    actOn("client ", ends.clients, pick, what, action);
  }

  private void upstream(int pick, String what, EndAction action) throws IOException {
    actOn("upstream ", ends.upstreams, pick, what, action);
  }

  private void actOn(
      String name, List<? extends SimulatedEnd> ends, int pick, String what, EndAction action)
      throws IOException {
    List<? extends SimulatedEnd> able = ends.stream().filter(end -> !end.isGone()).toList();
    if (!able.isEmpty()) {
      SimulatedEnd end = able.get(pick % able.size());
      script.add(name + end.number + " " + what);
      action.act(end);
    }
  }
}
