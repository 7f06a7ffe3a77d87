package io.zenvoy.xds.lifecycle;

import static io.zenvoy.xds.lifecycle.TestingWorld.DAEMON;
import static io.zenvoy.xds.lifecycle.TestingWorld.ENVOY;
import static io.zenvoy.xds.lifecycle.TestingWorld.POD;
import static io.zenvoy.xds.lifecycle.TestingWorld.WINDOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.zenvoy.common.Ipv4Network;
import io.zenvoy.common.PortRange;
import io.zenvoy.xds.model.Assignment.EnvoySide;
import io.zenvoy.xds.model.Phase;
import io.zenvoy.xds.model.Protocol;
import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.model.SlotSpace;
import io.zenvoy.xds.serve.NodeKey;
import io.zenvoy.xds.serve.NodeKind;
import io.zenvoy.xds.workloads.ScaleOutcome;
import io.zenvoy.xds.workloads.WorkloadEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who wakes a workload, and how it becomes awake. */
class WakeTest {
  private final TestingWorld world = TestingWorld.withASleepingService();

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
  void anEnvoyThatStartedAnewAndHasCountedAsManyRequestsAsBeforeAVerdictIsHeard() {
    TestingWorld grpc = new TestingWorld();
    grpc.lifecycle.changed(
        new WorkloadEvent.ServiceChanged(
            TestingWorld.service("grpc", Instant.EPOCH, Protocol.HTTP2)));
    grpc.observed("grpc", 0, "v1");
    grpc.start();
    grpc.reports(ENVOY, "grpc", 1, 1, 0);
    grpc.reports(DAEMON, "grpc", 1, 0, 1);
    grpc.answer(new ScaleOutcome.Refused("a policy"));
    grpc.reports(ENVOY, "grpc", 1, 0, 0);
    grpc.reports(DAEMON, "grpc", 1, 0, 0);
    grpc.disconnect(ENVOY);
    grpc.pass(Duration.ofSeconds(2));
    grpc.connect(ENVOY);
    grpc.pass(Duration.ofSeconds(5));

    grpc.reports(ENVOY, "grpc", 1, 1, 0);
    grpc.reports(DAEMON, "grpc", 2, 0, 1);
    int failed =
        grpc.answerFor(Duration.ofSeconds(10), write -> new ScaleOutcome.Unavailable("away"));
    grpc.pass(Duration.ofSeconds(3));

    assertThat(failed).isGreaterThan(3);
    assertThat(grpc.scales).isNotEmpty();
  }

  @Test
  void aServiceThatLeavesWhileItsWakeIsWrittenIsForgotten() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.lifecycle.changed(new WorkloadEvent.ServiceRemoved(new ServiceKey("default", "hello")));
    world.answer(new ScaleOutcome.Scaled());

    assertThat(world.told).last().isEqualTo("forgotten hello");
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
