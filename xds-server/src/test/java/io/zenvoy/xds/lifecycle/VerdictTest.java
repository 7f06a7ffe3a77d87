package io.zenvoy.xds.lifecycle;

import static io.zenvoy.xds.lifecycle.TestingPolicies.withPolicy;
import static io.zenvoy.xds.lifecycle.TestingWorld.DAEMON;
import static io.zenvoy.xds.lifecycle.TestingWorld.POD;
import static io.zenvoy.xds.lifecycle.TestingWorld.WAKE_TIMEOUT;
import static io.zenvoy.xds.lifecycle.TestingWorld.WINDOW;
import static io.zenvoy.xds.lifecycle.TestingWorld.workload;
import static org.assertj.core.api.Assertions.assertThat;

import io.zenvoy.xds.model.Phase;
import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.model.ServicePolicy;
import io.zenvoy.xds.serve.NodeKind;
import io.zenvoy.xds.workloads.ScaleOutcome;
import io.zenvoy.xds.workloads.ScaleRequest;
import io.zenvoy.xds.workloads.WorkloadEvent;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Wakes that fail: when, for what reason, and what becomes of the workload. */
class VerdictTest {
  private final TestingWorld world = TestingWorld.withASleepingService();

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
  void whatIsNotReadyAtAStartGoesBackToZeroHoweverManyReplicasItIsWokenTo() {
    TestingWorld fresh = new TestingWorld();
    ServicePolicy two = new ServicePolicy(2, WINDOW, WAKE_TIMEOUT, 100, false, false, List.of());
    fresh.lifecycle.changed(
        new WorkloadEvent.ServiceChanged(withPolicy(TestingWorld.service("hello"), two)));
    fresh.observed("hello", 2, "v7");
    fresh.start();
    fresh.pass(WINDOW.plusSeconds(10));

    assertThat(fresh.scales.element().request())
        .isEqualTo(new ScaleRequest(workload("hello"), 2, "v7", 0));
  }

  @Test
  void aWakeOfAServiceThatIsDeletedHasItsVerdict() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.answer(new ScaleOutcome.Scaled());
    world.lifecycle.changed(new WorkloadEvent.ServiceRemoved(new ServiceKey("default", "hello")));

    assertThat(world.told)
        .containsExactly("wake FAILED: no Service leads to it any more", "forgotten hello");
  }

  @Test
  void whatIsServedBeforeKubernetesCallsItReadyHasNotFailed() {
    TestingWorld open = new TestingWorld();
    open.define("hello", new ServicePolicy(1, WINDOW, WAKE_TIMEOUT, 100, true, false, List.of()));
    open.start();
    open.reports(DAEMON, "hello", 1, 0, 1);
    open.answer(new ScaleOutcome.Scaled());
    open.observed("hello", 1, "v2");
    open.starting("hello", POD);
    open.reports(DAEMON, "hello", 1, 1, 0);
    open.pass(WAKE_TIMEOUT.plusSeconds(5));
    assertThat(open.told).containsExactly("wake READY");
    assertThat(open.publisher.at(NodeKind.DAEMON, "hello").daemon()).containsExactly(POD);

    open.reports(DAEMON, "hello", 1, 0, 0);
    open.pass(WINDOW.plusSeconds(10));
    assertThat(open.scales.element().request())
        .isEqualTo(new ScaleRequest(workload("hello"), 1, "v2", 0));
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
}
