package io.zenvoy.it.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.KubernetesClient;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** xds-server may die at any moment, and what it serves is always what Kubernetes says. */
class ControlPlaneFaultsIT extends FaultStack {
  private static final int CHANGES_AT_A_TIME = 16;

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
    int seconds = FaultSize.of(8, 120);
    List<String> made = names("churned", 50 * seconds);
    int alive = 100;
    try (FaultRun run = FaultRun.of(Fault.CHURN, stack)) {
      wake(run, stable);
      Load load = run.clients().load(stable, 2, Mode.KEEP_ALIVE, Duration.ofMillis(25));
      long start = System.nanoTime();
      churn(made, alive);
      double took = (System.nanoTime() - start) / 1e9;
      run.note(
          "%.0f creations and as many deletions a second for %d s"
              .formatted(made.size() / took, Math.round(took)));
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
    } finally {
      deleteAll(made);
    }
  }

  /** Makes 50 services a second, and deletes each when so many others were made after it. */
  private void churn(List<String> names, int alive) {
    KubernetesClient client = stack.cluster().client();
    List<CompletableFuture<Void>> creations = new ArrayList<>();
    List<CompletableFuture<Void>> deletions = new ArrayList<>();
    long start = System.nanoTime();
    try (var threads =
        Executors.newFixedThreadPool(CHANGES_AT_A_TIME, Thread.ofVirtual().factory())) {
      for (int index = 0; index < names.size(); index++) {
        String name = names.get(index);
        creations.add(
            CompletableFuture.runAsync(
                () -> workloads.makeService(stack.namespace(), name, Map.of()), threads));
        if (index >= alive) {
          String old = names.get(index - alive);
          Runnable deletion =
              () -> client.services().inNamespace(stack.namespace()).withName(old).delete();
          deletions.add(creations.get(index - alive).thenRunAsync(deletion, threads));
        }
        long due = start + TimeUnit.MILLISECONDS.toNanos(20L * index);
        hold(Duration.ofNanos(Math.max(0, due - System.nanoTime())));
      }
      creations.forEach(CompletableFuture::join);
      deletions.forEach(CompletableFuture::join);
    }
  }
}
