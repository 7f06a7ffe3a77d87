package io.zenvoy.xds.lifecycle;

import static io.zenvoy.xds.lifecycle.TestingWorld.DAEMON;
import static io.zenvoy.xds.lifecycle.TestingWorld.ENVOY;
import static io.zenvoy.xds.lifecycle.TestingWorld.POD;
import static io.zenvoy.xds.lifecycle.TestingWorld.WAKE_TIMEOUT;
import static io.zenvoy.xds.lifecycle.TestingWorld.WINDOW;
import static io.zenvoy.xds.lifecycle.TestingWorld.workload;
import static org.assertj.core.api.Assertions.assertThat;

import io.zenvoy.common.Ipv4Network;
import io.zenvoy.common.PortRange;
import io.zenvoy.xds.model.Assignment.EnvoySide;
import io.zenvoy.xds.model.Phase;
import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.model.SlotSpace;
import io.zenvoy.xds.serve.NodeKey;
import io.zenvoy.xds.serve.NodeKind;
import io.zenvoy.xds.workloads.ScaleOutcome;
import io.zenvoy.xds.workloads.ScaleRequest;
import io.zenvoy.xds.workloads.WorkloadEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WakeTest {
  @Test
  void aWakeHasItsVerdictAlthoughWhoAskedForItLeftJustBefore() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.answer(new ScaleOutcome.Scaled());
    world.observed("hello", 1, "v2");
    world.pass(WAKE_TIMEOUT.minusMillis(500));
    world.reports(DAEMON, "hello", 1, 0, 0);
    world.pass(Duration.ofSeconds(2));

    assertThat(world.told).containsExactly("wake TIMEOUT: not ready after 20s");
  }

  @Test
  void clientsThatGiveUpOneAfterTheOtherDoNotHideThatAWakeFails() {
    int total = 0;
    for (int client = 0; client < 6; client++) {
      world.reports(DAEMON, "hello", ++total, 0, 1);
      if (!world.scales.isEmpty()) {
        world.answer(new ScaleOutcome.Scaled());
        world.observed("hello", 1, "v2");
      }
      world.pass(Duration.ofSeconds(10));
      world.reports(DAEMON, "hello", total, 0, 0);
      world.pass(Duration.ofSeconds(5));
    }

    assertThat(world.told)
        .hasSizeBetween(3, 5)
        .allSatisfy(told -> assertThat(told).isEqualTo("wake TIMEOUT: not ready after 20s"));
  }

  @Test
  void whoComesLateHasAWholeWakesTime() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.answer(new ScaleOutcome.Scaled());
    world.observed("hello", 1, "v2");
    world.pass(Duration.ofSeconds(10));
    world.reports(DAEMON, "hello", 1, 0, 0);
    world.pass(Duration.ofSeconds(5));
    world.reports(DAEMON, "hello", 2, 0, 1);
    world.pass(Duration.ofSeconds(10));
    assertThat(world.told).containsExactly("wake TIMEOUT: not ready after 20s");
    assertThat(world.phase("hello")).isEqualTo(Phase.WAKING);

    world.ready("hello", POD);
    assertThat(world.phase("hello")).isEqualTo(Phase.AWAKE);
  }

  @Test
  void whatADaemonSaidThatIsGoneWakesNobody() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.answer(new ScaleOutcome.Refused("quota"));
    world.disconnect(DAEMON);
    world.connect(new NodeKey(NodeKind.DAEMON, "proxy-2"));
    for (int second = 0; second < 18; second++) {
      world.pass(Duration.ofSeconds(1));
      if (!world.scales.isEmpty()) {
        world.answer(new ScaleOutcome.Refused("quota"));
      }
    }
    world.told.clear();
    world.pass(Duration.ofSeconds(30));

    assertThat(world.scales).isEmpty();
    assertThat(world.told).isEmpty();
  }

  @Test
  void aWakeThatTimesOutTellsWhyItCouldNotBeWritten() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    for (int second = 0; second < 25; second++) {
      if (!world.scales.isEmpty()) {
        world.answer(new ScaleOutcome.Unavailable("HTTP 403: denied by a webhook"));
      }
      world.pass(Duration.ofSeconds(1));
    }

    assertThat(world.told.getFirst())
        .isEqualTo("wake TIMEOUT: not ready after 20s: HTTP 403: denied by a webhook");
  }

  @Test
  void aPodThatBecomesReadyWhileItIsScaledAwayIsNotUsed() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.answer(new ScaleOutcome.Scaled());
    world.observed("hello", 1, "v2");
    world.pass(Duration.ofSeconds(2));
    world.reports(DAEMON, "hello", 1, 0, 0);
    world.pass(WINDOW.plusSeconds(8));
    assertThat(world.scales.element().request().replicas()).isZero();

    world.ready("hello", POD);
    assertThat(world.phase("hello")).isNotEqualTo(Phase.AWAKE);
    world.answer(new ScaleOutcome.Scaled());
    world.pass(Duration.ofSeconds(2));
    assertThat(world.phase("hello")).isEqualTo(Phase.ASLEEP);
  }

  private final TestingWorld world = TestingWorld.withASleepingService();

  @Test
  void aParkedConnectionAsksForOneReplicaAtOnceAndConditionally() {
    world.reports(DAEMON, "hello", 1, 0, 1);

    assertThat(world.scales).hasSize(1);
    assertThat(world.scales.element().request())
        .isEqualTo(new ScaleRequest(workload("hello"), 0, "v1", 1));
    assertThat(world.phase("hello")).isEqualTo(Phase.WAKING);
  }

  @Test
  void callsInFlightAreShared() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.reports(DAEMON, "hello", 2, 0, 2);
    world.pass(Duration.ofSeconds(3));

    assertThat(world.scales).hasSize(1);
  }

  @Test
  void aWakeIsAskedForAgainAfterAFailureWhileSomebodyWaits() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.answer(new ScaleOutcome.Unavailable("the server is overloaded"));
    assertThat(world.scales).isEmpty();

    world.pass(Duration.ofSeconds(1));

    assertThat(world.scales).hasSize(1);
  }

  @Test
  void aConflictIsDecidedAnew() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.answer(new ScaleOutcome.Conflict(0, "v9"));
    assertThat(world.scales.element().request().observedVersion()).isEqualTo("v9");

    world.answer(new ScaleOutcome.Conflict(3, "v10"));
    world.pass(Duration.ofSeconds(1));

    assertThat(world.scales).isEmpty();
    assertThat(world.phase("hello")).isEqualTo(Phase.WAKING);
  }

  @Test
  void conflictsInTheVersionAloneAreRepeatedEverMoreSlowly() {
    world.reports(DAEMON, "hello", 1, 0, 1);

    int atOnce = world.answerAll(write -> new ScaleOutcome.Conflict(0, "v" + write));
    assertThat(atOnce).isEqualTo(2);
    world.passInSilence(Duration.ofMillis(100));
    assertThat(world.scales).hasSize(1);
    assertThat(
            world.answerFor(
                Duration.ofSeconds(15), write -> new ScaleOutcome.Conflict(0, "w" + write)))
        .isBetween(5, 10);
  }

  @Test
  void whoTakesItBackToZeroWhileSomebodyWaitsIsAnsweredEverMoreSlowly() {
    world.reports(DAEMON, "hello", 1, 0, 1);

    int writes =
        world.answerFor(
            Duration.ofMinutes(1),
            write -> {
              world.observed("hello", 1, "up" + write);
              return new ScaleOutcome.Scaled();
            },
            write -> world.observed("hello", 0, "down" + write));

    assertThat(writes).isBetween(5, 25);
  }

  @Test
  void aResetThatIsToldAfterTheAnswerIsAReset() {
    world.reports(DAEMON, "hello", 1, 0, 1);

    int writes =
        world.answerFor(
            Duration.ofMinutes(1),
            write -> new ScaleOutcome.Scaled(),
            write -> {
              world.observed("hello", 1, "up" + write);
              world.observed("hello", 0, "down" + write);
            });

    assertThat(writes).isBetween(5, 25);
  }

  @Test
  void aWakeAfterANormalSleepIsNotDelayedByEarlierResets() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    for (int i = 0; i < 5; i++) {
      world.pass(Duration.ofSeconds(5));
      world.observed("hello", 1, "up" + i);
      world.answer(new ScaleOutcome.Scaled());
      world.observed("hello", 0, "down" + i);
    }
    world.pass(Duration.ofSeconds(5));
    world.answer(new ScaleOutcome.Scaled());
    world.ready("hello", POD);
    world.observed("hello", 1, "v20");
    world.reports(DAEMON, "hello", 1, 0, 0);
    world.pass(WINDOW.plusSeconds(10));
    world.answer(new ScaleOutcome.Scaled());
    world.ready("hello");
    world.observed("hello", 0, "v21");

    world.reports(DAEMON, "hello", 2, 0, 1);

    assertThat(world.scales.element().request().replicas()).isEqualTo(1);
  }

  @Test
  void aRefusalOfTheWayBackToZeroIsRepeatedEverMoreSlowly() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.answer(new ScaleOutcome.Scaled());
    world.observed("hello", 1, "v2");
    world.reports(DAEMON, "hello", 1, 0, 0);
    world.pass(WINDOW.plusSeconds(8));

    assertThat(world.answerAll(write -> new ScaleOutcome.Refused("a policy"))).isEqualTo(1);
    int writes = 0;
    for (int i = 0; i < 120; i++) {
      world.pass(Duration.ofMillis(500));
      writes += world.answerAll(write -> new ScaleOutcome.Refused("a policy"));
    }
    assertThat(writes).isBetween(3, 25);
  }

  @Test
  void clientsThatComeAgainAndAgainDoNotHurryARefusedWrite() {
    int writes = 0;
    for (int i = 1; i <= 500; i++) {
      world.reports(DAEMON, "hello", i, 0, 1);
      writes += world.answerAll(write -> new ScaleOutcome.Refused("a policy"));
      world.passInSilence(Duration.ofMillis(20));
    }

    assertThat(writes).isBetween(3, 10);
    assertThat(world.told).contains("wake FAILED: a policy");
  }

  @Test
  void whatAPersonScaledUpFirstIsNotOursToScaleDown() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.answer(new ScaleOutcome.Conflict(1, "v9"));
    world.reports(DAEMON, "hello", 1, 0, 0);
    world.pass(WINDOW.multipliedBy(2));

    assertThat(world.scales).isEmpty();
    assertThat(world.told).containsExactly("wake TIMEOUT: not ready after 20s");
  }

  @Test
  void whatAWriteOfOursWithoutAnAnswerScaledUpIsOursToScaleDown() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.answer(new ScaleOutcome.Unanswered("no answer within 3000 ms"));
    world.pass(Duration.ofSeconds(1));
    world.answer(new ScaleOutcome.Unavailable("HTTP 429: later"));
    world.pass(Duration.ofSeconds(1));
    world.answer(new ScaleOutcome.Conflict(1, "v9"));
    world.reports(DAEMON, "hello", 1, 0, 0);
    world.pass(WINDOW.multipliedBy(2));

    assertThat(world.scales.element().request())
        .isEqualTo(new ScaleRequest(workload("hello"), 1, "v9", 0));
  }

  @Test
  void readyEndpointsGoToDaemonsAndEnvoysInTheSameMoment() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.answer(new ScaleOutcome.Scaled());
    world.ready("hello", POD);

    assertThat(world.publisher.at(NodeKind.DAEMON, "hello").daemon()).containsExactly(POD);
    assertThat(world.publisher.at(NodeKind.ENVOY, "hello").envoy())
        .isEqualTo(new EnvoySide.PodsOnly(List.of(POD)));
    assertThat(world.phase("hello")).isEqualTo(Phase.AWAKE);
    assertThat(world.told).containsExactly("wake READY");
  }

  @Test
  void theSlotComesBehindThePodsOnceEnvoysHaveLetGoOfIt() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.answer(new ScaleOutcome.Scaled());
    world.ready("hello", POD);
    world.acknowledge(ENVOY);
    world.lifecycle.tick();

    assertThat(world.publisher.at(NodeKind.ENVOY, "hello").envoy())
        .isEqualTo(new EnvoySide.PodsThenSlot(List.of(POD)));
  }

  @Test
  void anEnvoyThatComesBackAfterAWakeLetsGoOfTheSlotToo() {
    world.disconnect(ENVOY);
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.answer(new ScaleOutcome.Scaled());
    world.ready("hello", POD);
    world.passInSilence(Duration.ofSeconds(3));
    world.connect(ENVOY);
    world.passInSilence(Duration.ofMillis(500));
    assertThat(world.publisher.at(NodeKind.ENVOY, "hello").envoy())
        .isEqualTo(new EnvoySide.PodsOnly(List.of(POD)));

    world.acknowledge(ENVOY);
    world.lifecycle.tick();

    assertThat(world.publisher.at(NodeKind.ENVOY, "hello").envoy())
        .isEqualTo(new EnvoySide.PodsThenSlot(List.of(POD)));
  }

  @Test
  void anEnvoyThatDoesNotAnswerDoesNotKeepTheSlotAwayForEver() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.answer(new ScaleOutcome.Scaled());
    world.ready("hello", POD);
    world.passInSilence(Duration.ofSeconds(1));
    assertThat(world.publisher.at(NodeKind.ENVOY, "hello").envoy())
        .isInstanceOf(EnvoySide.PodsOnly.class);

    world.passInSilence(Duration.ofSeconds(2));

    assertThat(world.publisher.at(NodeKind.ENVOY, "hello").envoy())
        .isInstanceOf(EnvoySide.PodsThenSlot.class);
  }

  @Test
  void aWakeThatBecomesNothingIsJudgedAtItsDeadline() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.answer(new ScaleOutcome.Scaled());
    world.pass(WAKE_TIMEOUT.minusSeconds(1));
    assertThat(world.told).isEmpty();

    world.pass(Duration.ofSeconds(2));

    assertThat(world.told).contains("wake TIMEOUT: not ready after 20s");
  }

  @Test
  void afterAVerdictOnlyWhatIsParkedAnewWakesAgain() {
    world.lifecycle.changed(new WorkloadEvent.WorkloadMissing(workload("hello")));
    world.reporting = false;
    world.reports(DAEMON, "hello", 1, 0, 1);

    assertThat(world.told).containsExactly("wake FAILED: deployment/default/hello does not exist");
    assertThat(world.publisher.at(NodeKind.DAEMON, "hello").verdict()).isPresent();
    assertThat(world.phase("hello")).isEqualTo(Phase.ASLEEP);

    world.lifecycle.changed(new WorkloadEvent.WorkloadObserved(workload("hello"), 0, "v2"));
    assertThat(world.scales).isEmpty();

    world.reports(DAEMON, "hello", 2, 0, 1);
    assertThat(world.scales).hasSize(1);
  }

  @Test
  void aRefusedWriteIsFinal() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.answer(new ScaleOutcome.Refused("forbidden"));

    assertThat(world.told).containsExactly("wake FAILED: forbidden");
  }

  @Test
  void aWorkloadThatWasWokenInVainGoesBackToZeroAfterAQuietWindow() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.answer(new ScaleOutcome.Scaled());
    world.reports(DAEMON, "hello", 1, 0, 0);
    world.pass(WINDOW.minusSeconds(2));
    assertThat(world.scales).isEmpty();

    world.pass(Duration.ofSeconds(8));

    assertThat(world.scales.element().request().replicas()).isZero();
  }

  @Test
  void aWorkloadThatSomebodyElseScaledUpIsNotScaledDownForBeingSlow() {
    world.lifecycle.changed(new WorkloadEvent.WorkloadObserved(workload("hello"), 1, "v2"));
    world.pass(WINDOW.multipliedBy(3));

    assertThat(world.scales).isEmpty();
    assertThat(world.phase("hello")).isEqualTo(Phase.WAKING);
  }

  @Test
  void whoLeavesBeforeTheWriteNeedsNoWake() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.answer(new ScaleOutcome.Unavailable("time-out"));
    world.reports(DAEMON, "hello", 1, 0, 0);
    world.pass(Duration.ofSeconds(5));

    assertThat(world.scales).isEmpty();
    assertThat(world.phase("hello")).isEqualTo(Phase.ASLEEP);
  }

  @Test
  void nothingIsPublishedBeforeEverythingIsKnown() {
    TestingWorld fresh = new TestingWorld();
    fresh.lifecycle.changed(new WorkloadEvent.ServiceChanged(TestingWorld.service("hello")));
    fresh.passInSilence(Duration.ofSeconds(5));
    assertThat(fresh.publisher.journal).isEmpty();

    fresh.lifecycle.changed(new WorkloadEvent.Synced());

    assertThat(fresh.publisher.journal).last().isEqualTo("open");
    assertThat(fresh.publisher.journal).contains("routes [hello]");
  }

  @Test
  void aPersonsScaleUpAfterAWakeOfOursIsNotUndone() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.answer(new ScaleOutcome.Scaled());
    world.observed("hello", 1, "v2");
    world.ready("hello", POD);
    world.reports(DAEMON, "hello", 1, 0, 0);
    world.observed("hello", 0, "v3");
    world.ready("hello");
    world.pass(WINDOW.multipliedBy(2));
    world.observed("hello", 2, "v4");
    world.pass(Duration.ofSeconds(5));

    assertThat(world.scales).isEmpty();
    assertThat(world.phase("hello")).isEqualTo(Phase.WAKING);
  }

  @Test
  void aRepairAfterAWakeInVainIsNotUndone() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.answer(new ScaleOutcome.Scaled());
    world.reports(DAEMON, "hello", 1, 0, 0);
    world.pass(WINDOW.plusSeconds(5));
    world.answer(new ScaleOutcome.Scaled());
    world.observed("hello", 0, "v5");
    world.pass(Duration.ofSeconds(10));
    world.observed("hello", 1, "v6");
    world.pass(Duration.ofSeconds(5));

    assertThat(world.scales).isEmpty();
  }

  @Test
  void anObservationThatContradictsOurOwnWriteIsBelievedInTheEnd() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.answer(new ScaleOutcome.Scaled());
    world.observed("hello", 0, "v3");
    world.pass(Duration.ofSeconds(3));
    assertThat(world.scales).isEmpty();

    world.pass(Duration.ofSeconds(3));

    assertThat(world.scales.element().request())
        .isEqualTo(new ScaleRequest(workload("hello"), 0, "v3", 1));
  }

  @Test
  void anObservationThatOvertakesTheAnswerOfAWriteLeavesNoDoubt() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.observed("hello", 1, "v2");
    world.answer(new ScaleOutcome.Scaled());
    world.observed("hello", 0, "v3");
    world.passInSilence(Duration.ofMillis(100));

    assertThat(world.scales.element().request())
        .isEqualTo(new ScaleRequest(workload("hello"), 0, "v3", 1));
  }

  @Test
  void anEarlierFailureDoesNotFailWhoComesNow() {
    world.observed("hello", 1, "v2");
    world.lifecycle.changed(new WorkloadEvent.WorkloadFailed(workload("hello"), "quota"));
    world.reports(DAEMON, "hello", 1, 0, 1);

    assertThat(world.told).isEmpty();
    assertThat(world.phase("hello")).isEqualTo(Phase.WAKING);
  }

  @Test
  void aFailureWhileSomebodyWaitsIsFinal() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.answer(new ScaleOutcome.Scaled());
    world.lifecycle.changed(new WorkloadEvent.WorkloadFailed(workload("hello"), "quota"));

    assertThat(world.told).containsExactly("wake FAILED: quota");
  }

  @Test
  void theDeadlinesReasonNamesAFailureThatLastsAndNoneThatIsOver() {
    world.observed("hello", 1, "v2");
    world.lifecycle.changed(new WorkloadEvent.WorkloadFailed(workload("hello"), "quota"));
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.pass(TestingWorld.WAKE_TIMEOUT);
    assertThat(world.told).containsExactly("wake TIMEOUT: not ready after 20s: quota");

    world.lifecycle.changed(new WorkloadEvent.WorkloadRecovered(workload("hello")));
    world.reports(DAEMON, "hello", 2, 0, 1);
    world.pass(TestingWorld.WAKE_TIMEOUT.multipliedBy(2));
    assertThat(world.told).last().isEqualTo("wake TIMEOUT: not ready after 20s");
  }

  @Test
  void theDeadlinesReasonTellsHowFarThePodsHaveCome() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.answer(new ScaleOutcome.Scaled());
    world.lifecycle.changed(
        new WorkloadEvent.WorkloadObserved(
            workload("hello"), 1, "v2", "1 of 1 pods made, 0 ready"));
    world.pass(WAKE_TIMEOUT);

    assertThat(world.told)
        .containsExactly("wake TIMEOUT: not ready after 20s: 1 of 1 pods made, 0 ready");
  }

  @Test
  void aWakeThatIsRefusedForAMinuteIsAskedForEverMoreRarelyButNeverForgotten() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    List<Integer> attempts = new ArrayList<>();
    for (int second = 0; second < WAKE_TIMEOUT.toSeconds() - 1; second++) {
      int attempt = 0;
      for (int step = 0; step < 2; step++) {
        while (!world.scales.isEmpty()) {
          attempt++;
          world.answer(new ScaleOutcome.Unavailable("HTTP 429"));
        }
        world.pass(Duration.ofMillis(500));
      }
      attempts.add(attempt);
    }

    assertThat(attempts.getFirst()).isPositive();
    assertThat(attempts.stream().mapToInt(Integer::intValue).sum()).isBetween(6, 12);
    world.pass(Duration.ofSeconds(2));
    assertThat(world.told).containsExactly("wake TIMEOUT: not ready after 20s: HTTP 429");
  }

  @Test
  void aFailureOfOneOfSeveralReplicasIsFinalOnlyIfNoneOfTheOthersIsMade() {
    world.observed("hello", 3, "v2");
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.lifecycle.changed(new WorkloadEvent.WorkloadFailed(workload("hello"), "quota"));
    world.pass(Duration.ofSeconds(1));
    world.lifecycle.changed(new WorkloadEvent.WorkloadRecovered(workload("hello")));
    world.pass(Duration.ofSeconds(5));
    assertThat(world.told).isEmpty();

    world.lifecycle.changed(new WorkloadEvent.WorkloadFailed(workload("hello"), "quota"));
    world.pass(Duration.ofSeconds(3));
    assertThat(world.told).containsExactly("wake FAILED: quota");
  }

  @Test
  void whoComesWhileAFailureLastsIsWokenForAnew() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.answer(new ScaleOutcome.Scaled());
    world.observed("hello", 1, "v2");
    world.lifecycle.changed(new WorkloadEvent.WorkloadFailed(workload("hello"), "quota"));
    world.reports(DAEMON, "hello", 1, 0, 0);
    world.pass(Duration.ofSeconds(2));
    world.reports(DAEMON, "hello", 2, 0, 1);
    world.pass(Duration.ofSeconds(4));
    assertThat(world.scales).as("not in a hurry").isEmpty();

    world.pass(Duration.ofSeconds(6));
    assertThat(world.scales.element().request())
        .isEqualTo(new ScaleRequest(workload("hello"), 1, "v2", 0));
    world.answer(new ScaleOutcome.Scaled());
    world.observed("hello", 0, "v3");
    world.pass(Duration.ofSeconds(1));
    assertThat(world.scales).as("until its controller has noticed").isEmpty();

    world.lifecycle.changed(new WorkloadEvent.WorkloadRecovered(workload("hello")));
    assertThat(world.scales.element().request())
        .isEqualTo(new ScaleRequest(workload("hello"), 0, "v3", 1));
    world.answer(new ScaleOutcome.Scaled());
    world.lifecycle.changed(new WorkloadEvent.WorkloadFailed(workload("hello"), "quota"));
    assertThat(world.told).containsExactly("wake FAILED: quota", "wake FAILED: quota");
  }

  @Test
  void aFailureOfWhatSomebodyElseHasScaledUpIsNotTakenBackToZero() {
    world.observed("hello", 1, "v2");
    world.lifecycle.changed(new WorkloadEvent.WorkloadFailed(workload("hello"), "quota"));
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.pass(WAKE_TIMEOUT);

    assertThat(world.scales).isEmpty();
    assertThat(world.told).containsExactly("wake TIMEOUT: not ready after 20s: quota");
  }

  @Test
  void whoeverSetsAWakeBackAgainAndAgainIsAnsweredEverMoreRarely() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    int writes = 0;
    for (int moment = 0; moment < 2 * WAKE_TIMEOUT.toSeconds() - 2; moment++) {
      while (!world.scales.isEmpty()) {
        writes++;
        world.answer(new ScaleOutcome.Scaled());
        world.observed("hello", 1, "a" + writes);
        world.observed("hello", 0, "b" + writes);
      }
      world.pass(Duration.ofMillis(500));
    }

    assertThat(writes).isBetween(6, 13);
    world.pass(Duration.ofSeconds(2));
    assertThat(world.told)
        .containsExactly("wake TIMEOUT: not ready after 20s: somebody else sets its replicas back");
  }

  @Test
  void whatIsReadyOnlyForMomentsIsGivenUpAtTheDeadlineAndGoesBackToZero() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.answer(new ScaleOutcome.Scaled());
    world.observed("hello", 1, "v2");
    for (int crash = 0; crash < 2; crash++) {
      world.pass(Duration.ofSeconds(4));
      world.ready("hello", POD);
      world.pass(Duration.ofMillis(500));
      world.ready("hello");
    }
    world.pass(Duration.ofSeconds(12));
    assertThat(world.told)
        .containsExactly("wake READY", "wake READY", "wake TIMEOUT: not ready after 20s");

    world.reports(DAEMON, "hello", 1, 0, 0);
    for (int crash = 0; crash < 4; crash++) {
      assertThat(world.scales).isEmpty();
      world.pass(WINDOW.dividedBy(4).minusMillis(500));
      world.ready("hello", POD);
      world.pass(Duration.ofMillis(500));
      world.ready("hello");
    }
    world.pass(WINDOW.dividedBy(4).plusSeconds(10));
    assertThat(world.scales.element().request())
        .isEqualTo(new ScaleRequest(workload("hello"), 1, "v2", 0));
  }

  @Test
  void whoComesWhenAPodEndsSoonAfterItWasWokenIsGivenHalfOfTheTimeAtLeast() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.answer(new ScaleOutcome.Scaled());
    world.observed("hello", 1, "v2");
    world.pass(WAKE_TIMEOUT.minusSeconds(2));
    world.ready("hello", POD);
    world.pass(Duration.ofSeconds(5));
    world.ready("hello");
    world.pass(WAKE_TIMEOUT.dividedBy(2).minusSeconds(1));
    assertThat(world.told).containsExactly("wake READY");

    world.ready("hello", POD);
    assertThat(world.told).containsExactly("wake READY", "wake READY");
  }

  @Test
  void whatIsListedAtAStartAlthoughTheWorkloadIsAtZeroIsDyingUnlessItStays() {
    TestingWorld fresh = new TestingWorld();
    fresh.lifecycle.changed(new WorkloadEvent.ServiceChanged(TestingWorld.service("hello")));
    fresh.observed("hello", 0, "v1");
    fresh.ready("hello", POD);
    fresh.lifecycle.changed(new WorkloadEvent.Synced());
    fresh.connectBoth();
    fresh.pass(Duration.ofSeconds(5));
    assertThat(fresh.phase("hello")).isEqualTo(Phase.ASLEEP);

    fresh.pass(Duration.ofSeconds(10));
    assertThat(fresh.phase("hello")).isEqualTo(Phase.AWAKE);
  }

  @Test
  void aServiceThatLeavesWhileItsWakeIsWrittenIsForgotten() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.lifecycle.changed(new WorkloadEvent.ServiceRemoved(new ServiceKey("default", "hello")));
    world.answer(new ScaleOutcome.Scaled());

    assertThat(world.told).containsExactly("forgotten hello");
  }

  @Test
  void aServiceForWhichNoSlotIsLeftDoesNotStopTheOthers() {
    TestingWorld small =
        new TestingWorld(
            new SlotSpace(Ipv4Network.parse("127.128.0.0/30"), new PortRange(18001, 18001)));
    for (String name : List.of("a", "b", "c")) {
      small.lifecycle.changed(new WorkloadEvent.ServiceChanged(TestingWorld.service(name)));
    }
    small.lifecycle.changed(new WorkloadEvent.Synced());

    assertThat(small.told).containsExactly("no slot for default/c");
    assertThat(small.publisher.open).isTrue();
    assertThat(small.publisher.journal).contains("routes [a, b]");
  }
}
