package io.zenvoy.it.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zenvoy.common.HostPort;
import io.zenvoy.it.faults.Clients.Load;
import io.zenvoy.it.faults.Clients.Mode;
import io.zenvoy.it.stack.ZenvoyStack;
import io.zenvoy.it.upstream.Gate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Faults on the way of the connections. */
@Tag("faults")
class TrafficFaultsIT extends FaultStack {
  private static final Map<String, String> SLEEPS_SOON = Map.of("scale-to-zero-after", "1s");

  @Test
  void clientsThatLeaveWhileTheyAreParkedAreFreed() throws IOException {
    int count = FaultSize.of(2_000, 9_000);
    stack.kubelet().runtime(new Gate(stack.upstream()));
    workloads.makeAsleep("left", Map.of("wake-timeout", "10m"));
    HostPort slot = HostPort.parse(stack.envoy().endpoints("left").keySet().iterator().next());
    stack.kubelet().runtime(stack.upstream());
    try (FaultRun run = FaultRun.of(Fault.CLIENTS_LEAVE, stack)) {
      stack.kubelet().runtime(new Gate(stack.upstream()));
      List<Socket> clients = new ArrayList<>(count);
      for (int number = 0; number < count; number++) {
        run.tally().sent();
        clients.add(new Socket(InetAddress.ofLiteral(slot.host()), slot.port()));
      }
      awaitDaemon("zenvoy_tproxy_parked_connections", parked -> parked == count);
      run.step("all are parked");
      long start = System.nanoTime();
      for (int number = 0; number < count; number++) {
        Socket client = clients.get(number);
        if (number % 2 == 1) {
          // A reset.
          client.setSoLinger(true, 0);
        }
        client.close();
      }
      double closed = (System.nanoTime() - start) / 1e9;
      awaitDaemon("zenvoy_tproxy_parked_connections", parked -> parked == 0);
      Duration freed = Duration.ofNanos(System.nanoTime() - start);
      for (int number = 0; number < count; number++) {
        run.tally().right(freed);
      }
      run.note("closed within %.2f s, freed after %.2f s".formatted(closed, freed.toNanos() / 1e9));
      assertThat(freed).isLessThan(Duration.ofSeconds(1));
      run.requireServed();
    }
  }

  @Test
  void aServiceAtItsCapDoesNotDisturbItsNeighbours() {
    int cap = 20;
    int crowdSize = FaultSize.of(200, 1_000);
    workloads.makeAsleep("capped", Map.of("max-parked", Integer.toString(cap)));
    List<String> neighbours = makeAsleep("neighbour", 4, Map.of());
    Tally full = new Tally();
    HostPort envoy = new HostPort("127.0.0.1", ZenvoyStack.HTTP_PORT);
    try (FaultRun run = FaultRun.of(Fault.CAP_REACHED, stack)) {
      Gate gate = new Gate(stack.upstream());
      try (Clients crowd = new Clients(envoy, full)) {
        stack.kubelet().runtime(gate);
        crowd.askLater("capped", crowdSize);
        await().atMost(PATIENCE).until(() -> full.count(Outcome.LOST) == crowdSize - cap);
        long parked = Math.round(daemonMetric("zenvoy_tproxy_parked_connections"));
        run.note("%d parked at a cap of %d, %d wait in all".formatted(parked, cap, full.open()));
        assertThat(parked).isEqualTo(cap);
        assertThat(full.failures())
            .allMatch(failure -> failure.contains("too many connections wait"));
        stack.kubelet().runtime(stack.upstream());
        wake(run, neighbours);
        Load load = run.clients().load(neighbours, 4, Mode.ONE_EACH, Duration.ofMillis(10));
        hold(Duration.ofSeconds(FaultSize.of(3, 20)));
        load.stop();
        gate.open();
      }
      run.note("%d got an error at once".formatted(full.count(Outcome.LOST)));
      assertThat(full.count(Outcome.RIGHT)).as(full + " " + full.failures()).isEqualTo(cap);
      run.requireServed();
    }
  }

  @Test
  void everythingIsAnsweredAlthoughPacketsAreLost() {
    List<String> busy = makeAsleep("busy", 2, SLEEPS_SOON);
    List<String> sleepy = makeAsleep("sleepy", 6, SLEEPS_SOON);
    try (FaultRun run = FaultRun.of(Fault.PACKET_LOSS, stack)) {
      double wakes = controlPlaneMetric("zenvoy_wakes_total");
      try (Packets _ = Packets.lossy(0.05)) {
        Load steady = run.clients().load(busy, 4, Mode.KEEP_ALIVE, Duration.ofMillis(10));
        Load waking = run.clients().load(sleepy, 1, Mode.ONE_EACH, Duration.ofSeconds(4));
        hold(Duration.ofSeconds(FaultSize.of(15, 120)));
        steady.stop();
        waking.stop();
      }
      run.note("%.0f wakes in it".formatted(controlPlaneMetric("zenvoy_wakes_total") - wakes));
      run.requireServed();
    }
  }

  @Test
  void aKilledDaemonCutsOnlyWhatItHeld() throws Exception {
    List<String> busy = makeAsleep("direct", 2, SLEEPS_SOON);
    List<String> sleepy = makeAsleep("relayed", 6, SLEEPS_SOON);
    try (FaultRun run = FaultRun.of(Fault.DAEMON_KILLED, stack)) {
      Load steady = run.clients().load(busy, 4, Mode.KEEP_ALIVE, Duration.ofMillis(10));
      Load waking = run.clients().load(sleepy, 2, Mode.ONE_EACH, Duration.ofMillis(2_500));
      long held = 0;
      int rounds = FaultSize.of(2, 10);
      for (int round = 0; round < rounds; round++) {
        hold(Duration.ofMillis(3_500 + 331L * (round % 7)));
        stack.tproxy().process().freeze();
        try (Packets _ = Packets.noNewTo("127.128.0.0/9")) {
          held += heldByDaemon();
          stack.tproxy().process().kill();
        }
        run.step("killed, which held " + held + " so far");
        hold(Duration.ofSeconds(1));
        stack.startTproxy().awaitReady();
      }
      hold(Duration.ofSeconds(3));
      steady.stop();
      waking.stop();
      run.note(rounds + " kills of daemons that held " + held + " connections");
      run.requireServed(held);
    }
  }

  @Test
  void aDaemonThatIsToldToEndLosesNothingOfALongWake() {
    List<String> begun = makeAsleep("lingering", 3, Map.of("wake-timeout", "10m"));
    List<String> during = makeAsleep("belated", 3, Map.of("wake-timeout", "10m"));
    try (FaultRun run = FaultRun.of(Fault.DAEMON_TERMINATED, stack)) {
      Gate gate = new Gate(stack.upstream());
      stack.kubelet().runtime(gate);
      List<CompletableFuture<Void>> answers = new ArrayList<>();
      begun.forEach(name -> answers.addAll(run.clients().askLater(name, 4)));
      awaitDaemon("zenvoy_tproxy_parked_connections", parked -> parked == 12);
      stack.tproxy().process().askToEnd();
      run.step("SIGTERM");
      hold(Duration.ofSeconds(1));
      during.forEach(name -> answers.addAll(run.clients().askLater(name, 4)));
      hold(Duration.ofSeconds(21));
      run.note(
          "22 s after SIGTERM %d of %d were answered or lost, the daemon %s"
              .formatted(
                  run.tally().countSent() - run.tally().open(),
                  run.tally().countSent(),
                  stack.tproxy().process().isAlive() ? "runs" : "has ended"));
      gate.open();
      await().atMost(PATIENCE).until(() -> !stack.tproxy().process().isAlive());
      stack.startTproxy().awaitReady();
      answers.forEach(CompletableFuture::join);
      begun.forEach(workloads::awaitAsleep);
      wake(run, begun);
      run.requireServed();
    }
  }

  @Test
  void aKilledEnvoyCutsOnlyWhatWasUnderWay() {
    List<String> busy = makeAsleep("steady", 2, SLEEPS_SOON);
    List<String> sleepy = makeAsleep("dozing", 4, SLEEPS_SOON);
    try (FaultRun run = FaultRun.of(Fault.ENVOY_KILLED, stack)) {
      wake(run, busy);
      Load steady = run.clients().load(busy, 4, Mode.ONE_EACH, Duration.ofMillis(20));
      Load waking = run.clients().load(sleepy, 2, Mode.ONE_EACH, Duration.ofMillis(2_500));
      long underWay = 0;
      int rounds = FaultSize.of(2, 10);
      for (int round = 0; round < rounds; round++) {
        hold(Duration.ofMillis(2_000 + 331L * (round % 7)));
        int ended = run.tally().countSent() - run.tally().open();
        stack.envoy().kill();
        underWay += run.tally().countSent() - ended;
        run.step("killed");
        hold(Duration.ofMillis(500));
        stack.startEnvoy();
      }
      hold(Duration.ofSeconds(3));
      steady.stop();
      waking.stop();
      run.note(rounds + " kills of Envoys with " + underWay + " requests under way");
      run.requireServed(underWay);
    }
  }

  /** The connections that the kernel has for the daemon's listener, accepted or not. */
  private static long heldByDaemon() throws IOException, InterruptedException {
    List<String> command = List.of("ss", "-Htn", "state", "established", "src", "127.128.0.0/9");
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(command + ": " + output);
    }
    return output.lines().count();
  }
}
