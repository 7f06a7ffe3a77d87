package io.zenvoy.it.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zenvoy.it.faults.Clients.Load;
import io.zenvoy.it.faults.Clients.Mode;
import io.zenvoy.it.kube.Permissions;
import io.zenvoy.it.upstream.Gate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What waits is answered however Kubernetes fails, and what is awake does not notice. */
@Tag("faults")
class ApiServerFaultsIT extends FaultStack {
  private static final Map<String, String> PATIENT = Map.of("wake-timeout", "10m");

  /**
   * A write is given up after 3 s, and Envoy tries for some 10 s to reach a pod that refuses: the
   * first is longer than both, the next shorter, the last one between them.
   */
  private static final List<Duration> UNTOLD =
      List.of(Duration.ofSeconds(20), Duration.ofSeconds(1), Duration.ofSeconds(6));

  private static final String SLEEPS = "zenvoy_sleeps_total{outcome=\"asleep\"";
  private static final Duration OFTEN = Duration.ofMillis(5);
  private static final Duration IN_TIME = Duration.ofSeconds(10);
  private static final Duration AFTERWARDS = Duration.ofMinutes(8);

  /** About five seconds on an idle machine. */
  private static final Duration SOON = Duration.ofSeconds(20);

  @AfterEach
  void restartApiServer() {
    stack.cluster().startApiServer();
  }

  @Test
  void aWakeGoesOnAfterTheApiServerWasKilled() {
    killApiServerInMidWake(Fault.API_SERVER_KILLED);
  }

  @Test
  void aWakeIsServedOnceDroppedPacketsPassAgain() {
    List<String> awake = makeAsleep("linked", 2, Map.of());
    List<String> begun = makeAsleep("linking", 3, PATIENT);
    List<String> during = makeAsleep("unlinked", 5, PATIENT);
    try (FaultRun run = FaultRun.of(Fault.API_PACKETS_DROPPED, stack)) {
      Clients patient = run.clients().withPatience(AFTERWARDS);
      wake(run, awake);
      Load load = run.clients().load(awake, 2, Mode.KEEP_ALIVE, Duration.ofMillis(50));
      Gate gate = new Gate(stack.upstream());
      stack.kubelet().runtime(gate);
      List<CompletableFuture<Void>> answers = new ArrayList<>();
      begun.forEach(name -> answers.addAll(patient.askLater(name, 4)));
      await().atMost(PATIENCE).until(() -> gate.startedPods() == begun.size());
      Duration cut = Duration.ofSeconds(FaultSize.of(8, 120));
      try (Packets _ = Packets.dropped("127.0.0.1", stack.cluster().apiPort())) {
        gate.open();
        during.forEach(name -> answers.addAll(patient.askLater(name, 4)));
        run.step("packets are dropped");
        hold(cut);
      }
      long passing = System.nanoTime();
      answers.forEach(CompletableFuture::join);
      Duration delay = Duration.ofNanos(System.nanoTime() - passing);
      run.note(
          "packets dropped for %d s; all answered %.1f s after that"
              .formatted(cut.toSeconds(), delay.toMillis() / 1e3));
      assertThat(delay).isLessThan(SOON);
      load.stop();
      run.requireServed();
    }
  }

  @Test
  void whatVanishedInAGapOfTheHistoryIsNoticed() {
    List<String> awake = makeAsleep("lasting", 2, Map.of());
    List<String> kept = makeAsleep("kept", 3, Map.of());
    List<String> gone = makeAsleep("gone", 5, Map.of());
    List<String> added = names("added", 3);
    long before = listings();
    try (FaultRun run = FaultRun.of(Fault.HISTORY_COMPACTED, stack)) {
      wake(run, awake);
      Load load = run.clients().load(awake, 2, Mode.KEEP_ALIVE, Duration.ofMillis(50));
      // Its watches are cut before the gap: what an API server has sent is delivered after its end.
      stack.cluster().stopApiServer();
      try (Packets _ = Packets.dropped("127.0.0.1", stack.cluster().apiPort())) {
        stack.cluster().startApiServer();
        gone.forEach(this::delete);
        added.forEach(name -> workloads.make(name, Map.of()));
        stack.cluster().stopApiServer();
        stack.cluster().startApiServer();
        stack.cluster().compactHistory();
      }
      long passing = System.nanoTime();
      await("what is gone is gone")
          .atMost(AFTERWARDS)
          .until(
              () -> {
                Set<String> clusters = stack.envoy().clusters();
                return clusters.containsAll(added) && gone.stream().noneMatch(clusters::contains);
              });
      run.note(
          "all known %.1f s after packets pass".formatted((System.nanoTime() - passing) / 1e9));
      await("a list anew: one that watches on has seen no 410")
          .atMost(PATIENCE)
          .until(() -> listings() > before);
      run.note((listings() - before) + " lists made anew");
      wake(run, kept);
      wake(run, added);
      load.stop();
      run.requireServed();
    }
  }

  @Test
  void requestsAreAnsweredAlthoughTheAnswerOfTheScaleDownIsLost() {
    List<String> names = makeAsleep("untold", 4, Map.of("scale-to-zero-after", "1s"));
    int rounds = FaultSize.of(2, 6);
    try (FaultRun run = FaultRun.of(Fault.SCALE_DOWN_ANSWER_LOST, stack)) {
      int tries = 0;
      for (int round = 0; round < rounds; tries++) {
        assertThat(tries).as("tries for %d rounds", rounds).isLessThan(3 * rounds);
        Duration dropped = UNTOLD.get(round % UNTOLD.size());
        wake(run, names);
        awaitDraining(names);
        List<CompletableFuture<Void>> answers = new ArrayList<>();
        try (Packets _ = Packets.droppedFrom("127.0.0.1", stack.cluster().apiPort())) {
          Set<String> before = atZero(names);
          double told = controlPlaneMetric(SLEEPS);
          names.forEach(
              name -> answers.add(run.clients().later(() -> askFromZeroOn(run, name, dropped))));
          if (oneMoreIsAtZero(names, before)) {
            assertThat(controlPlaneMetric(SLEEPS)).as("sleeps it knows of").isEqualTo(told);
            run.step("round " + round + ": at zero, and xds-server does not know");
            hold(dropped);
            round++;
          }
        }
        answers.forEach(CompletableFuture::join);
        names.forEach(workloads::awaitAsleep);
      }
      run.note(rounds + " rounds of " + names.size() + " services, " + tries + " tries");
      run.requireServed();
    }
  }

  @Test
  void whatWaitsIsAnsweredOnceTheRightsAreBack() {
    List<String> awake = makeAsleep("allowed", 2, Map.of());
    List<String> asleep = makeAsleep("denied", 5, PATIENT);
    try (FaultRun run = FaultRun.of(Fault.PERMISSIONS_TAKEN, stack)) {
      Clients patient = run.clients().withPatience(AFTERWARDS);
      wake(run, awake);
      Load load = run.clients().load(awake, 2, Mode.KEEP_ALIVE, Duration.ofMillis(50));
      List<CompletableFuture<Void>> answers = new ArrayList<>();
      Duration without = Duration.ofSeconds(FaultSize.of(6, 90));
      Permissions.revokeIn(stack.cluster(), stack.namespace());
      try {
        hold(Duration.ofSeconds(1));
        asleep.forEach(name -> answers.addAll(patient.askLater(name, 4)));
        hold(without);
        assertThat(asleep).allSatisfy(name -> assertThat(workloads.replicas(name)).isZero());
      } finally {
        Permissions.grantIn(stack.cluster(), stack.namespace(), "zenvoy-xds");
      }
      long back = System.nanoTime();
      answers.forEach(CompletableFuture::join);
      run.note(
          "without rights for %d s; all answered %.1f s after that"
              .formatted(without.toSeconds(), (System.nanoTime() - back) / 1e9));
      load.stop();
      run.requireServed();
    }
  }

  /** Blocks until one of the services has begun to drain. */
  private void awaitDraining(List<String> names) {
    CountDownLatch draining = new CountDownLatch(1);
    try (PhaseLog _ =
        new PhaseLog(
            stack.xdsServer().process(),
            (name, phase) -> {
              if (phase.equals("draining") && names.contains(name)) {
                draining.countDown();
              }
            })) {
      await().atMost(PATIENCE).pollInterval(OFTEN).until(() -> draining.getCount() == 0);
    }
  }

  private Set<String> atZero(List<String> names) {
    return names.stream().filter(name -> workloads.replicas(name) == 0).collect(Collectors.toSet());
  }

  /**
   * Whether a service that was not at zero gets there soon. A control plane that came late has to
   * connect anew, which it can't meanwhile.
   */
  private boolean oneMoreIsAtZero(List<String> names, Set<String> before) {
    long end = System.nanoTime() + IN_TIME.toNanos();
    do {
      if (!before.containsAll(atZero(names))) {
        return true;
      }
      hold(OFTEN);
    } while (System.nanoTime() - end < 0);
    return false;
  }

  /** Asks again and again from the moment at which the service is at zero. */
  private void askFromZeroOn(FaultRun run, String name, Duration time) {
    workloads.awaitReplicas(name, 0);
    long end = System.nanoTime() + time.toNanos();
    List<CompletableFuture<Void>> answers = new ArrayList<>();
    do {
      answers.add(run.clients().askLater(name));
      hold(Duration.ofMillis(500));
    } while (System.nanoTime() - end < 0);
    answers.forEach(CompletableFuture::join);
  }

  /** How often ServiceAccounts of the namespace have listed Services. */
  private long listings() {
    String account = "system:serviceaccount:" + stack.namespace() + ":";
    return stack
        .cluster()
        .audit()
        .requests("list", "services", request -> request.user().startsWith(account))
        .size();
  }
}
