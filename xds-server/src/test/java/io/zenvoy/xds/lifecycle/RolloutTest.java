package io.zenvoy.xds.lifecycle;

import static io.zenvoy.xds.lifecycle.TestingWorld.DAEMON;
import static io.zenvoy.xds.lifecycle.TestingWorld.ENVOY;
import static org.assertj.core.api.Assertions.assertThat;

import io.zenvoy.common.Slot;
import io.zenvoy.xds.model.Assignment;
import io.zenvoy.xds.model.Cluster;
import io.zenvoy.xds.model.Protocol;
import io.zenvoy.xds.model.Route;
import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.model.ServiceSpec;
import io.zenvoy.xds.serve.NodeKind;
import io.zenvoy.xds.serve.ResourceType;
import io.zenvoy.xds.workloads.WorkloadEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RolloutTest {
  private final TestingWorld world = TestingWorld.withASleepingService();

  @BeforeEach
  void forgetWhatWasPublished() {
    world.publisher.journal.clear();
  }

  @Test
  void daemonsKnowASlotBeforeEnvoysAndEnvoysAClusterBeforeARouteNamesIt() {
    add("second");
    assertThat(world.publisher.journal).containsExactly("define second for DAEMON");

    world.acknowledge(DAEMON);
    assertThat(world.publisher.journal).last().isEqualTo("define second for ENVOY");

    world.passInSilence(Duration.ofMillis(600));
    assertThat(routed()).doesNotContain("second");

    world.acknowledge(ENVOY);
    world.passInSilence(Duration.ofMillis(600));
    assertThat(routed()).contains("second");
  }

  @Test
  void aRouteGoesBeforeItsClusterAndTheClusterBeforeTheSlot() {
    world.lifecycle.changed(new WorkloadEvent.ServiceRemoved(new ServiceKey("default", "hello")));
    world.passInSilence(Duration.ofMillis(600));
    assertThat(world.publisher.journal).containsExactly("routes []");

    world.acknowledge(ENVOY);
    world.acknowledge(ENVOY);

    assertThat(world.publisher.journal)
        .containsExactly("routes []", "withdraw hello from ENVOY", "withdraw hello from DAEMON");
  }

  @Test
  void aNodeThatHangsDelaysOthersByABoundedTime() {
    add("second");
    world.passInSilence(Rollout.PATIENCE);
    world.passInSilence(Rollout.PATIENCE);
    world.passInSilence(Duration.ofMillis(600));

    assertThat(routed()).contains("second");
  }

  @Test
  void aServiceThatIsMadeAnewGetsAnotherSlotAndTheOldOneRests() {
    Slot before = world.publisher.at(NodeKind.DAEMON, "hello").cluster().slot();
    ServiceSpec old = TestingWorld.service("hello");
    world.lifecycle.changed(
        new WorkloadEvent.ServiceChanged(
            new ServiceSpec(
                old.key(),
                "another-uid",
                old.created(),
                old.workload(),
                old.ports(),
                old.hosts(),
                old.policy())));

    assertThat(world.publisher.at(NodeKind.ENVOY, "hello").cluster().slot())
        .isNotEqualTo(before)
        .isEqualTo(world.publisher.at(NodeKind.DAEMON, "hello").cluster().slot());
  }

  @Test
  void aServiceThatComesBackBeforeEnvoysHaveForgottenItKeepsItsSlot() {
    Nodes nodes = new Nodes(Duration.ofMinutes(1));
    List<Cluster> gone = new ArrayList<>();
    Rollout rollout = new Rollout(world.publisher, nodes, () -> {}, gone::add);
    Assignment hello = world.publisher.at(NodeKind.DAEMON, "hello");
    rollout.define(hello, 0);
    nodes.connected(ENVOY, 1, 0);
    nodes.acknowledged(ENVOY, ResourceType.CLUSTER, 1);
    rollout.remove("hello", 0);
    rollout.routed(1, 0);
    rollout.define(hello, 0);
    nodes.acknowledged(ENVOY, ResourceType.CLUSTER, Long.MAX_VALUE);
    rollout.advance(0);

    assertThat(gone).isEmpty();
  }

  @Test
  void theSameServicesHaveTheSameSlotsAfterARestart() {
    Slot slot = world.publisher.at(NodeKind.DAEMON, "hello").cluster().slot();
    TestingWorld restarted = TestingWorld.withASleepingService();

    assertThat(restarted.publisher.at(NodeKind.DAEMON, "hello").cluster().slot()).isEqualTo(slot);
  }

  @Test
  void aHostThatTwoServicesClaimStaysWithTheOlderOne() {
    world.lifecycle.changed(
        new WorkloadEvent.ServiceChanged(withHost("older", Instant.EPOCH.minusSeconds(9))));
    world.lifecycle.changed(
        new WorkloadEvent.ServiceChanged(withHost("younger", Instant.EPOCH.plusSeconds(9))));
    world.pass(Duration.ofSeconds(3));

    assertThat(hostsOf("older")).contains("shared.example.com");
    assertThat(hostsOf("younger")).contains("younger").doesNotContain("shared.example.com");
    assertThat(world.told)
        .containsExactly("shared.example.com stays with default/older, not default/younger");
  }

  @Test
  void aServiceIsReachedByTheNamesThatKubernetesGivesIt() {
    assertThat(hostsOf("hello"))
        .containsExactly(
            "hello", "hello.default", "hello.default.svc", "hello.default.svc.cluster.local");
  }

  private void add(String name) {
    world.lifecycle.changed(
        new WorkloadEvent.ServiceChanged(TestingWorld.service(name, Instant.EPOCH, Protocol.HTTP)));
  }

  private static ServiceSpec withHost(String name, Instant created) {
    ServiceSpec plain = TestingWorld.service(name, created, Protocol.HTTP);
    return new ServiceSpec(
        plain.key(),
        plain.uid(),
        created,
        plain.workload(),
        plain.ports(),
        List.of("shared.example.com"),
        plain.policy());
  }

  private List<String> routed() {
    return world.publisher.entrances.routes().stream()
        .map(route -> route.cluster().name())
        .toList();
  }

  private List<String> hostsOf(String cluster) {
    return world.publisher.entrances.routes().stream()
        .filter(route -> route.cluster().name().equals(cluster))
        .map(Route::hosts)
        .findFirst()
        .orElse(List.of());
  }
}
