package io.zenvoy.it.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zenvoy.it.ChildProcess;
import io.zenvoy.it.HttpProbe;
import io.zenvoy.it.faults.Clients.Load;
import io.zenvoy.it.faults.Clients.Mode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** xds-server may die at any moment, and what it serves is always what Kubernetes says. */
@Tag("faults")
class ControlPlaneFaultsIT extends FaultStack {
  /** Creations a second, and as many deletions. */
  private static final int WANTED_RATE = 50;

  /** Fewer are no churn; a machine that others use as well may not reach the wanted rate. */
  private static final double INJECTED_RATE = 20;

  @Test
  void whatWaitsIsAnsweredAlthoughTheControlPlaneDiesBeforeItScales() {
    List<String> names = makeAsleep("decided", 5, Map.of("scale-to-zero-after", "1s"));
    try (FaultRun run = FaultRun.of(Fault.CONTROL_PLANE_KILLED_IN_WAKE, stack)) {
      for (int round = 0; round < FaultSize.of(2, 10); round++) {
        run.step("round " + round);
        List<CompletableFuture<Void>> answers = new ArrayList<>();
        Set<String> waking = ConcurrentHashMap.newKeySet();
        try (PhaseLog _ =
                new PhaseLog(stack.xdsServer().process(), (name, phase) -> waking.add(name));
            Packets _ = Packets.dropped("127.0.0.1", stack.cluster().apiPort())) {
          names.forEach(name -> answers.addAll(run.clients().askLater(name, 4)));
          await().atMost(PATIENCE).until(() -> waking.containsAll(names));
          stack.xdsServer().process().kill();
          assertThat(names).allSatisfy(name -> assertThat(workloads.replicas(name)).isZero());
        }
        stack.startXdsServer();
        answers.forEach(CompletableFuture::join);
        names.forEach(workloads::awaitAsleep);
      }
      run.requireServed();
    }
  }

  @Test
  void everySlotIsTheSameAfterARestart() {
    List<String> names = new ArrayList<>(names("sleeper", FaultSize.of(100, 500)));
    Collections.shuffle(names, new Random(1));
    makeAsleep(names, Map.of());
    try (FaultRun run = FaultRun.of(Fault.SLEEPERS_RESTARTED, stack)) {
      Map<String, Map<String, Integer>> before = slots(names);
      stack.xdsServer().process().kill();
      List<CompletableFuture<Void>> answers = new ArrayList<>();
      names.subList(0, 10).forEach(name -> answers.add(run.clients().askLater(name)));
      stack.startXdsServer().awaitReady();
      await()
          .atMost(PATIENCE)
          .until(() -> controlPlaneMetric("zenvoy_xds_acks_total{kind=\"envoy\"") > 0);
      answers.forEach(CompletableFuture::join);
      run.step("answered what waited meanwhile");
      Map<String, Map<String, Integer>> after = slots(names);
      List<String> asleep = names.subList(10, names.size());
      before.keySet().retainAll(asleep);
      after.keySet().retainAll(asleep);
      assertThat(after).isEqualTo(before).hasSize(asleep.size());
      assertThat(after.values()).allSatisfy(slot -> assertThat(slot).hasSize(1));
      assertThat(after.values()).doesNotHaveDuplicates();
      run.note(names.size() + " services, " + after.size() + " slots compared");
      List<String> asked = asleep.subList(0, FaultSize.of(20, 200));
      for (int from = 0; from < asked.size(); from += 20) {
        wake(run, asked.subList(from, from + 20));
      }
      run.requireServed();
    } finally {
      deleteAll(names);
    }
  }

  @Test
  void nothingIsServedBeforeTheCachesHaveSynced() {
    List<String> asleep = makeAsleep("unsynced", 5, Map.of());
    List<String> awake = makeAsleep("synced", 2, Map.of());
    try (FaultRun run = FaultRun.of(Fault.RESTART_BEFORE_SYNC, stack)) {
      wake(run, awake);
      Load load = run.clients().load(awake, 2, Mode.KEEP_ALIVE, Duration.ofMillis(20));
      Set<String> clusters = stack.envoy().clusters();
      stack.cluster().apiServer().freeze();
      try {
        stack.xdsServer().process().kill();
        stack.startXdsServer();
        asleep.forEach(name -> run.clients().askLater(name, 4));
        Duration frozen = Duration.ofSeconds(FaultSize.of(5, 20));
        hold(frozen);
        run.note("API server frozen for " + frozen.toSeconds() + " s");
        assertThat(HttpProbe.answers(stack.xdsServer().adminPort(), "/readyz")).isFalse();
        assertThat(stack.envoy().clusters()).isEqualTo(clusters);
      } finally {
        stack.cluster().apiServer().thaw();
      }
      stack.xdsServer().awaitReady();
      hold(Duration.ofSeconds(1));
      load.stop();
      run.requireServed();
    }
  }

  @Test
  void afterAChurnEnvoyHasWhatTheApiServerHas() {
    List<String> stable = makeAsleep("stable", 4, Map.of());
    List<String> targets = makeAsleep("target", 20, Map.of());
    List<String> made = names("churned", WANTED_RATE * FaultSize.of(8, 120));
    int alive = 100;
    try (FaultRun run = FaultRun.of(Fault.CHURN, stack)) {
      wake(run, stable);
      Load load = run.clients().load(stable, 2, Mode.KEEP_ALIVE, Duration.ofMillis(25));
      Map<String, Duration> before = processorTimes();
      long start = System.nanoTime();
      new ServiceChurn(stack, targets)
          .run(made, alive, Duration.ofSeconds(1).dividedBy(WANTED_RATE));
      double took = (System.nanoTime() - start) / 1e9;
      double rate = made.size() / took;
      run.note(
          "%.0f creations and as many deletions a second for %d s"
              .formatted(rate, Math.round(took)));
      run.note("processors used: " + shares(before, processorTimes(), took));
      hold(Duration.ofSeconds(1));
      load.stop();
      await("Envoy's clusters are the API server's Services")
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(stack.envoy().clusters()).isEqualTo(truth()));
      assertThat(stack.envoy().domains()).containsAll(truth());
      List<String> left = made.subList(made.size() - alive, made.size());
      assertThat(slots(left).values()).hasSize(alive).doesNotHaveDuplicates();
      assertThat(stack.envoy().refusals()).isEmpty();
      run.note(truth().size() + " clusters compared");
      run.requireServed();
      assertThat(rate).as("the fault was injected").isGreaterThan(INJECTED_RATE);
    } finally {
      deleteAll(made);
    }
  }

  /** The processor time of the processes, and of this one. */
  private static Map<String, Duration> processorTimes() {
    Map<String, Duration> times = new TreeMap<>(ChildProcess.processorTimes());
    ProcessHandle.current().info().totalCpuDuration().ifPresent(time -> times.put("test", time));
    return times;
  }

  /** How many processors each process has used of those that there are. */
  private static String shares(
      Map<String, Duration> before, Map<String, Duration> after, double seconds) {
    return after.entrySet().stream()
        .map(
            entry ->
                "%s %.2f"
                    .formatted(
                        entry.getKey(),
                        entry
                                .getValue()
                                .minus(before.getOrDefault(entry.getKey(), Duration.ZERO))
                                .toMillis()
                            / 1e3
                            / seconds))
        .collect(Collectors.joining(", ", "", " of " + Runtime.getRuntime().availableProcessors()));
  }
}
