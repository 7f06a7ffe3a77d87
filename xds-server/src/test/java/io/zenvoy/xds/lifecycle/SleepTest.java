package io.zenvoy.xds.lifecycle;

import static io.zenvoy.xds.lifecycle.TestingWorld.DAEMON;
import static io.zenvoy.xds.lifecycle.TestingWorld.ENVOY;
import static io.zenvoy.xds.lifecycle.TestingWorld.POD;
import static io.zenvoy.xds.lifecycle.TestingWorld.WINDOW;
import static io.zenvoy.xds.lifecycle.TestingWorld.workload;
import static org.assertj.core.api.Assertions.assertThat;

import io.zenvoy.common.HostPort;
import io.zenvoy.xds.model.Assignment.EnvoySide;
import io.zenvoy.xds.model.Phase;
import io.zenvoy.xds.serve.NodeKey;
import io.zenvoy.xds.serve.NodeKind;
import io.zenvoy.xds.workloads.ScaleOutcome;
import io.zenvoy.xds.workloads.ScaleRequest;
import io.zenvoy.xds.workloads.WorkloadEvent;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SleepTest {
  private final TestingWorld world = TestingWorld.withAnAwakeService();

  @Test
  void aQuietServiceIsProvenQuietAndScaledToZeroConditionally() {
    world.pass(WINDOW.plusSeconds(10));

    assertThat(world.scales.element().request())
        .isEqualTo(new ScaleRequest(workload("hello"), 1, "v2", 0));
    world.answer(new ScaleOutcome.Scaled());
    assertThat(world.phase("hello")).isEqualTo(Phase.ASLEEP);
    assertThat(world.told).containsExactly("sleep ASLEEP");
  }

  @Test
  void envoysGetTheSlotWhileDaemonsStillRelayAndOnlyThenAreEndpointsWithdrawn() {
    world.reporting = false;
    world.pass(Duration.ofSeconds(1));
    drainUntilSwitched();

    assertThat(world.publisher.at(NodeKind.ENVOY, "hello").envoy())
        .isEqualTo(new EnvoySide.SlotOnly());
    assertThat(world.publisher.at(NodeKind.DAEMON, "hello").daemon()).containsExactly(POD);

    reportThrice(ENVOY);
    world.lifecycle.tick();
    assertThat(world.publisher.at(NodeKind.DAEMON, "hello").daemon()).isEmpty();
    assertThat(world.scales).isEmpty();

    reportThrice(DAEMON);
    world.lifecycle.tick();
    assertThat(world.scales).hasSize(1);
  }

  @Test
  void aRequestInTheMiddleOfDrainingCancelsTheSleep() {
    world.reporting = false;
    drainUntilSwitched();
    world.reports(ENVOY, "hello", 1, 1, 0);

    assertThat(world.told).containsExactly("sleep CANCELLED");
    assertThat(world.phase("hello")).isEqualTo(Phase.AWAKE);
    assertThat(world.scales).isEmpty();
  }

  @Test
  void aConnectionThatIsParkedWhileTheWorkloadIsScaledToZeroWakesItAgain() {
    world.pass(WINDOW.plusSeconds(10));
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.answer(new ScaleOutcome.Scaled());

    assertThat(world.scales.element().request().replicas()).isEqualTo(1);
  }

  @Test
  void endpointsThatAreStillListedAfterTheScaleDownAreNotUsed() {
    world.pass(WINDOW.plusSeconds(10));
    world.answer(new ScaleOutcome.Scaled());
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.answer(new ScaleOutcome.Scaled());

    assertThat(world.phase("hello")).isEqualTo(Phase.WAKING);
    assertThat(world.publisher.at(NodeKind.DAEMON, "hello").daemon()).isEmpty();
  }

  @Test
  void endpointsThatAreListedLongAfterTheScaleDownAreNotUsedWhileItSleeps() {
    world.pass(WINDOW.plusSeconds(10));
    world.answer(new ScaleOutcome.Scaled());
    world.pass(Duration.ofSeconds(20));

    assertThat(world.phase("hello")).isEqualTo(Phase.ASLEEP);
  }

  @Test
  void twoNodesWithOneIdKeepEverythingAwakeUntilOneOfThemIsGone() {
    world.lifecycle.connected(ENVOY, 2);
    world.pass(WINDOW.multipliedBy(3));
    assertThat(world.phase("hello")).isEqualTo(Phase.AWAKE);
    assertThat(world.told).containsExactly("doubled [proxy-1]");

    world.lifecycle.disconnected(ENVOY, 1);
    world.pass(WINDOW.plusSeconds(10));
    assertThat(world.told).containsExactly("doubled [proxy-1]", "doubled []");
    assertThat(world.scales).hasSize(1);
  }

  @Test
  void aNodeThatReconnectsIsNotTakenForTwo() {
    world.lifecycle.connected(ENVOY, 2);
    world.pass(Duration.ofSeconds(6));
    world.lifecycle.disconnected(ENVOY, 1);
    world.pass(Duration.ofSeconds(30));

    assertThat(world.told).isEmpty();
  }

  @Test
  void withoutAnyNodeNothingSleeps() {
    world.disconnect(ENVOY);
    world.disconnect(DAEMON);
    world.pass(WINDOW.multipliedBy(4));

    assertThat(world.phase("hello")).isEqualTo(Phase.AWAKE);
  }

  @Test
  void anEndpointThatWasSparedIsUsedInTheEnd() {
    world.pass(WINDOW.plusSeconds(10));
    world.answer(new ScaleOutcome.Scaled());
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.answer(new ScaleOutcome.Scaled());
    world.pass(Duration.ofSeconds(4));

    assertThat(world.phase("hello")).isEqualTo(Phase.AWAKE);
  }

  @Test
  void anOpenRequestKeepsItAwakeHoweverLongItIsSilent() {
    world.reports(ENVOY, "hello", 1, 1, 0);
    world.pass(WINDOW.multipliedBy(5));

    assertThat(world.phase("hello")).isEqualTo(Phase.AWAKE);
    assertThat(world.told).isEmpty();
  }

  @Test
  void newRequestsBeginTheWindowAnew() {
    world.pass(WINDOW.minusSeconds(15));
    world.reports(ENVOY, "hello", 1, 0, 0);
    world.pass(Duration.ofSeconds(30));
    assertThat(world.phase("hello")).isEqualTo(Phase.AWAKE);

    world.pass(WINDOW);
    assertThat(world.scales).hasSize(1);
  }

  @Test
  void aNodeThatIsSilentHoldsTheSleepBack() {
    world.reporting = false;
    world.pass(WINDOW.multipliedBy(3));

    assertThat(world.phase("hello")).isEqualTo(Phase.AWAKE);
  }

  @Test
  void aNodeThatVanishedHoldsTheSleepBackForAWhile() {
    world.connect(new NodeKey(NodeKind.ENVOY, "proxy-2"));
    world.pass(WINDOW.minusSeconds(20));
    world.disconnect(new NodeKey(NodeKind.ENVOY, "proxy-2"));
    world.pass(Duration.ofSeconds(80));
    assertThat(world.phase("hello")).isEqualTo(Phase.AWAKE);

    world.pass(WINDOW);
    assertThat(world.scales).hasSize(1);
  }

  @Test
  void aNodeThatVanishesWhileItDrainsBeginsTheWindowAnewWhenItIsGivenUp() {
    world.connect(new NodeKey(NodeKind.ENVOY, "proxy-2"));
    world.reporting = false;
    drainUntilSwitched();
    world.disconnect(new NodeKey(NodeKind.ENVOY, "proxy-2"));
    for (int i = 0; i < 58; i++) {
      world.passInSilence(Duration.ofMillis(500));
    }
    world.reporting = true;
    world.pass(Duration.ofSeconds(20));

    assertThat(world.phase("hello")).isEqualTo(Phase.AWAKE);
    assertThat(world.told).containsExactly("sleep UNPROVEN");
    assertThat(world.scales).isEmpty();
  }

  @Test
  void aPersonsZeroIsObeyedAlthoughAConnectionIsStillOpen() {
    world.reports(ENVOY, "hello", 1, 1, 0);
    world.observed("hello", 0, "v5");
    world.ready("hello");
    world.pass(Duration.ofSeconds(1));

    assertThat(world.scales).isEmpty();
  }

  @Test
  void envoysWithoutADaemonKeepServicesAwake() {
    world.disconnect(DAEMON);
    world.pass(WINDOW.multipliedBy(3));

    assertThat(world.scales).isEmpty();
  }

  @Test
  void aChangeBySomebodyElseInTheMeantimeKeepsItAwake() {
    world.pass(WINDOW.plusSeconds(10));
    world.answer(new ScaleOutcome.Conflict(4, "v7"));

    assertThat(world.phase("hello")).isEqualTo(Phase.AWAKE);
    assertThat(world.told).containsExactly("sleep NOT_SCALED");
  }

  @Test
  void aConflictInTheVersionAloneIsTriedAgainAtOnce() {
    world.pass(WINDOW.plusSeconds(10));
    world.answer(new ScaleOutcome.Conflict(1, "v3"));

    assertThat(world.scales.element().request())
        .isEqualTo(new ScaleRequest(workload("hello"), 1, "v3", 0));
  }

  @Test
  void aScaleDownWithoutAnAnswerIsRepeatedUntilItIsKnownWhatBecameOfIt() {
    world.pass(WINDOW.plusSeconds(10));
    world.answer(new ScaleOutcome.Unanswered("no answer within 3000 ms"));
    world.reports(DAEMON, "hello", 1, 0, 1);
    assertThat(world.phase("hello")).isEqualTo(Phase.DRAINING);
    assertThat(world.publisher.at(NodeKind.DAEMON, "hello").daemon()).isEmpty();

    world.pass(Duration.ofSeconds(1));
    assertThat(world.scales.element().request())
        .isEqualTo(new ScaleRequest(workload("hello"), 1, "v2", 0));
    world.answer(new ScaleOutcome.Conflict(0, "v3"));

    assertThat(world.told).containsExactly("sleep ASLEEP");
    assertThat(world.scales.element().request())
        .isEqualTo(new ScaleRequest(workload("hello"), 0, "v3", 1));
    assertThat(world.publisher.at(NodeKind.DAEMON, "hello").daemon()).isEmpty();
  }

  @Test
  void aScaleDownWithoutAnAnswerThatWasNotCarriedOutLeavesItAwake() {
    world.pass(WINDOW.plusSeconds(10));
    world.answer(new ScaleOutcome.Unanswered("no answer within 3000 ms"));
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.pass(Duration.ofSeconds(1));
    world.answer(new ScaleOutcome.Conflict(1, "v3"));

    assertThat(world.phase("hello")).isEqualTo(Phase.AWAKE);
    assertThat(world.publisher.at(NodeKind.DAEMON, "hello").daemon()).containsExactly(POD);
  }

  @Test
  void aServerThatStaysAwayDoesNotKeepPodsFromBeingUsedForEver() {
    world.pass(WINDOW.plusSeconds(10));
    for (int second = 0; second < 40; second++) {
      if (!world.scales.isEmpty()) {
        world.answer(new ScaleOutcome.Unanswered("connection refused"));
      }
      world.pass(Duration.ofSeconds(1));
    }

    assertThat(world.told).startsWith("sleep NOT_SCALED");
    assertThat(world.phase("hello")).isEqualTo(Phase.AWAKE);
  }

  @Test
  void podsAreEndingOnceTheirWorkloadIsSeenAtZero() {
    world.observed("hello", 0, "v5");

    assertThat(world.phase("hello")).isEqualTo(Phase.ASLEEP);
    assertThat(world.publisher.at(NodeKind.ENVOY, "hello").envoy())
        .isEqualTo(new EnvoySide.SlotOnly());
  }

  @Test
  void aPodThatIsListedAsReadyOnlyAfterTheScaleDownIsNotUsed() {
    world.observed("hello", 2, "v3");
    world.pass(WINDOW.plusSeconds(10));
    world.answer(new ScaleOutcome.Scaled());
    world.ready("hello", POD, new HostPort("10.1.0.2", 8080));

    assertThat(world.phase("hello")).isEqualTo(Phase.ASLEEP);
  }

  @Test
  void anEnvoyThatJoinsAfterTheSwitchHasToProveItAsWell() {
    world.reporting = false;
    drainUntilSwitched();
    reportThrice(ENVOY);
    world.lifecycle.tick();
    NodeKey joining = new NodeKey(NodeKind.ENVOY, "proxy-2");
    world.connect(joining);
    world.reportsWithoutRevision(joining, 5);
    reportThrice(DAEMON);
    world.lifecycle.tick();
    assertThat(world.scales).isEmpty();

    reportThrice(joining);
    world.lifecycle.tick();
    assertThat(world.scales).hasSize(1);
  }

  @Test
  void aPodWhoseReadinessFlapsDoesNotKeepItAwake() {
    for (int round = 0; round < 4 && world.scales.isEmpty(); round++) {
      world.ready("hello");
      world.pass(Duration.ofSeconds(5));
      world.ready("hello", POD);
      world.pass(WINDOW.minusSeconds(10));
    }

    assertThat(world.scales).hasSize(1);
  }

  @Test
  void aWorkloadThatIsNoLongerReadyAndThatNobodyAsksForSleepsAsWell() {
    world.ready("hello");
    world.pass(WINDOW.plusSeconds(10));

    assertThat(world.scales.element().request().replicas()).isZero();
    world.answer(new ScaleOutcome.Scaled());
    assertThat(world.phase("hello")).isEqualTo(Phase.ASLEEP);
  }

  @Test
  void whatAnAutoscalerScaledWhileItWasAwakeSleepsAlsoIfItIsNoLongerReady() {
    world.observed("hello", 3, "v3");
    world.pass(Duration.ofSeconds(2));
    world.ready("hello");
    world.pass(WINDOW.plusSeconds(10));

    assertThat(world.scales.element().request())
        .isEqualTo(new ScaleRequest(workload("hello"), 3, "v3", 0));
  }

  @Test
  void nothingSleepsRightAfterAStart() {
    TestingWorld fresh = new TestingWorld();
    fresh.lifecycle.changed(new WorkloadEvent.ServiceChanged(TestingWorld.service("hello")));
    fresh.lifecycle.changed(new WorkloadEvent.WorkloadObserved(workload("hello"), 1, "v1"));
    fresh.ready("hello", POD);
    fresh.lifecycle.changed(new WorkloadEvent.Synced());
    fresh.connectBoth();

    assertThat(fresh.phase("hello")).isEqualTo(Phase.AWAKE);
    fresh.pass(WINDOW.minusSeconds(1));
    assertThat(fresh.told).isEmpty();
    fresh.pass(Duration.ofSeconds(10));
    assertThat(fresh.scales).hasSize(1);
  }

  @Test
  void aPersonsScaleToZeroWins() {
    world.lifecycle.changed(new WorkloadEvent.WorkloadObserved(workload("hello"), 0, "v5"));
    world.ready("hello");

    assertThat(world.phase("hello")).isEqualTo(Phase.ASLEEP);
    assertThat(world.scales).isEmpty();
  }

  private void drainUntilSwitched() {
    world.reporting = true;
    world.drain("hello");
    world.reporting = false;
  }

  private void reportThrice(NodeKey node) {
    for (int i = 0; i < 3; i++) {
      world.report(node);
    }
  }
}
