package io.zenvoy.it.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zenvoy.it.faults.Clients.Load;
import io.zenvoy.it.faults.Clients.Mode;
import io.zenvoy.it.faults.ControlPlanePair.Member;
import io.zenvoy.it.kube.AuditLog.Request;
import io.zenvoy.it.stack.StackSettings;
import io.zenvoy.it.upstream.Gate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Two control planes, as the example's manifests have them: whatever becomes of the leader, what
 * waits is answered by the next one within ten seconds, and the former one does nothing any more.
 */
@Tag("faults")
class LeaderFaultsIT extends FaultStack {
  private static final Map<String, String> SLEEPS_SOON = Map.of("scale-to-zero-after", "1s");
  private static final Duration OFTEN = Duration.ofMillis(20);
  private static final Duration PROMISED = Duration.ofSeconds(10);
  private static final int REQUESTS = 4;

  /** All services are quiet by then: whoever thinks that it leads puts them to sleep. */
  private static final Duration IN_WHICH_IT_WOULD_WRITE = Duration.ofSeconds(3);

  private ControlPlanePair pair;

  @Override
  StackSettings settings() {
    return super.settings().withElection();
  }

  @BeforeAll
  void startSecond() {
    pair = new ControlPlanePair(stack);
  }

  /** What a change of leaders took at most, in any round. */
  private static final class Slowest {
    private Duration leads = Duration.ZERO;
    private Duration answered = Duration.ZERO;

    void add(Duration nextLeads, Duration allAnswered) {
      leads = nextLeads.compareTo(leads) > 0 ? nextLeads : leads;
      answered = allAnswered.compareTo(answered) > 0 ? allAnswered : answered;
    }

    @Override
    public String toString() {
      return "the next one leads after at most %.1f s, all answered after at most %.1f s"
          .formatted(leads.toMillis() / 1e3, answered.toMillis() / 1e3);
    }
  }

  @Test
  void aLeaderThatIsStoppedAndContinuedServesNobodyAndWritesNothing() {
    Services services = new Services("halted");
    try (FaultRun run = FaultRun.of(Fault.LEADER_STOPPED, stack)) {
      Load load = services.loadAwake(run);
      Slowest slowest = new Slowest();
      for (int round = 0; round < rounds(); round++) {
        Member former = pair.leader();
        double terms = former.metric("zenvoy_leader_terms_total");
        Instant continued;
        try {
          strike(run, services.next(), former, () -> former.program().process().freeze(), slowest);
        } finally {
          continued = Instant.now();
          former.program().process().thaw();
        }
        run.step("round " + round + ": continued");
        pair.requireStandsBy(former);
        hold(IN_WHICH_IT_WOULD_WRITE);
        assertThat(pair.scalesOf(former, continued)).as("writes of a former leader").isEmpty();
        assertThat(former.metric("zenvoy_leader_terms_total")).isEqualTo(terms);
        pair.requireStandsBy(former);
      }
      load.stop();
      conclude(run, slowest);
    }
  }

  @Test
  void whatWaitsIsAnsweredAlthoughTheLeaderIsKilled() {
    Services services = new Services("beheaded");
    try (FaultRun run = FaultRun.of(Fault.LEADER_KILLED, stack)) {
      Load load = services.loadAwake(run);
      Slowest slowest = new Slowest();
      for (int round = 0; round < rounds(); round++) {
        Member former = pair.leader();
        strike(run, services.next(), former, () -> former.program().process().kill(), slowest);
        pair.requireStandsBy(pair.restart(former));
      }
      load.stop();
      conclude(run, slowest);
    }
  }

  @Test
  void aLeaderThatIsCutOffIsReplacedAndChangesNothingWhenPacketsPassAgain() {
    Services services = new Services("severed");
    try (FaultRun run = FaultRun.of(Fault.LEADER_CUT_OFF, stack)) {
      Load load = services.loadAwake(run);
      Slowest slowest = new Slowest();
      long late = 0;
      for (int round = 0; round < rounds(); round++) {
        Member former = pair.letFirstLead();
        List<Packets> cut = new ArrayList<>();
        Runnable begin = () -> cut.add(Packets.dropped(former.source(), stack.cluster().apiPort()));
        Instant passing;
        try {
          strike(run, services.next(), former, begin, slowest);
        } finally {
          passing = Instant.now();
          cut.forEach(Packets::close);
        }
        run.step("round " + round + ": packets pass");
        pair.requireStandsBy(former);
        hold(IN_WHICH_IT_WOULD_WRITE);
        // What it had written before it gave up may have been on its way for that long.
        List<Request> writes = pair.scalesOf(former, passing);
        assertThat(writes).as("writes of a former leader").noneMatch(Request::succeeded);
        late += writes.size();
      }
      load.stop();
      run.note(late + " of its writes arrived late, and were refused");
      conclude(run, slowest);
    }
  }

  @Test
  void whatWaitsIsAnsweredAlthoughTheLeaderDiesBeforeItScales() {
    try (FaultRun run = FaultRun.of(Fault.LEADER_KILLED_BEFORE_SCALE, stack)) {
      for (int round = 0; round < rounds(); round++) {
        List<String> names = makeAsleep("resolved-" + round, 5, SLEEPS_SOON);
        run.step("round " + round);
        Member former = pair.letFirstLead();
        List<CompletableFuture<Void>> answers = new ArrayList<>();
        Set<String> waking = ConcurrentHashMap.newKeySet();
        try (PhaseLog _ =
                new PhaseLog(former.program().process(), (name, phase) -> waking.add(name));
            Packets _ = Packets.dropped(former.source(), stack.cluster().apiPort())) {
          names.forEach(name -> answers.addAll(run.clients().askLater(name, REQUESTS)));
          await().atMost(PATIENCE).pollInterval(OFTEN).until(() -> waking.containsAll(names));
          former.program().process().kill();
        }
        answers.forEach(CompletableFuture::join);
        pair.restart(former);
      }
      run.requireServed();
    }
  }

  @Test
  void everySlotIsTheSameUnderAnotherLeader() {
    List<String> names = makeAsleep("inherited", FaultSize.of(50, 500), Map.of());
    try (FaultRun run = FaultRun.of(Fault.SLEEPERS_INHERITED, stack)) {
      Member former = pair.leader();
      Member next = pair.other(former);
      Map<String, Map<String, Integer>> before = slots(names);
      former.program().process().kill();
      List<CompletableFuture<Void>> answers = new ArrayList<>();
      names.subList(0, 10).forEach(name -> answers.add(run.clients().askLater(name)));
      next.awaitLead();
      answers.forEach(CompletableFuture::join);
      pair.restart(former);
      List<String> asleep = names.subList(10, names.size());
      before.keySet().retainAll(asleep);
      Map<String, Map<String, Integer>> after = new TreeMap<>(slots(asleep));
      assertThat(after).isEqualTo(before).hasSize(asleep.size());
      assertThat(after.values()).doesNotHaveDuplicates();
      run.note(names.size() + " services, " + after.size() + " slots compared");
      wake(run, asleep.subList(0, 20));
      run.requireServed();
    } finally {
      deleteAll(names);
    }
  }

  @Test
  void aWakeGoesOnAfterTheApiServerOfBothWasKilled() {
    try {
      killApiServerInMidWake(Fault.API_SERVER_OF_TWO_KILLED);
    } finally {
      stack.cluster().startApiServer();
    }
  }

  private static int rounds() {
    return FaultSize.of(2, 4);
  }

  /**
   * Parks requests until their services are in mid-wake, does the harm, sends others to services
   * that sleep, and waits until the next leader has answered them all.
   */
  private void strike(
      FaultRun run, Services services, Member former, Runnable harm, Slowest slowest) {
    Gate gate = new Gate(stack.upstream());
    stack.kubelet().runtime(gate);
    List<CompletableFuture<Void>> answers = new ArrayList<>();
    services.begun.forEach(name -> answers.addAll(run.clients().askLater(name, REQUESTS)));
    await().atMost(PATIENCE).until(() -> gate.startedPods() >= services.begun.size());
    Member next = pair.other(former);
    long start = System.nanoTime();
    harm.run();
    run.step("the leader is gone");
    gate.open();
    services.during.forEach(name -> answers.addAll(run.clients().askLater(name, REQUESTS)));
    hold(Duration.ofSeconds(2));
    services.during.forEach(name -> answers.addAll(run.clients().askLater(name, REQUESTS)));
    next.awaitLead();
    Duration leads = Duration.ofNanos(System.nanoTime() - start);
    answers.forEach(CompletableFuture::join);
    slowest.add(leads, Duration.ofNanos(System.nanoTime() - start));
    run.step(slowest.toString());
  }

  private static void conclude(FaultRun run, Slowest slowest) {
    run.note(rounds() + " rounds; " + slowest);
    run.requireServed();
    assertThat(slowest.answered).isLessThanOrEqualTo(PROMISED);
  }

  /** Services that are awake, in mid-wake and asleep when the leader is struck. */
  private final class Services {
    private final String prefix;
    private final List<String> awake;
    private List<String> begun = List.of();
    private List<String> during = List.of();
    private int round;

    Services(String prefix) {
      this.prefix = prefix;
      awake = makeAsleep(prefix + "-awake", 2, Map.of());
    }

    /**
     * Those of the next round, new each time: Envoy may keep connections to the daemon from before
     * the next leader, and with them a service stays awake for 30 s.
     */
    Services next() {
      begun = makeAsleep(prefix + "-begun-" + round, 3, SLEEPS_SOON);
      during = makeAsleep(prefix + "-during-" + round++, 3, SLEEPS_SOON);
      return this;
    }

    Load loadAwake(FaultRun run) {
      wake(run, awake);
      return run.clients().load(awake, 2, Mode.KEEP_ALIVE, Duration.ofMillis(20));
    }
  }
}
