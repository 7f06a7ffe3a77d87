package io.zenvoy.xds.lifecycle;

import static io.zenvoy.xds.lifecycle.TestingWorld.ENVOY;
import static io.zenvoy.xds.lifecycle.TestingWorld.WINDOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.zenvoy.xds.model.Assignment.EnvoySide;
import io.zenvoy.xds.model.IgnoredRequest;
import io.zenvoy.xds.model.Phase;
import io.zenvoy.xds.model.ServicePolicy;
import io.zenvoy.xds.model.ServiceSpec;
import io.zenvoy.xds.serve.ActivityReport;
import io.zenvoy.xds.serve.ActivityReport.Counts;
import io.zenvoy.xds.serve.NodeKind;
import io.zenvoy.xds.workloads.ScaleOutcome;
import io.zenvoy.xds.workloads.WorkloadEvent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What an Envoy counts under a twin's name, should it report it, is nobody's activity. */
class IgnoredRequestsTest {
  private static final List<IgnoredRequest> PROBES = List.of(new IgnoredRequest.Path("/healthz"));

  private final TestingWorld world = TestingWorld.withAnAwakeService();
  private long probes;

  @Test
  void theyDoNotKeepAServiceAwakeNorHoldUpItsDraining() {
    probe(WINDOW.plusSeconds(10));

    assertThat(world.scales.element().request().replicas()).isZero();
  }

  @Test
  void theyDoNotWakeAService() {
    probe(WINDOW.plusSeconds(10));
    world.answer(new ScaleOutcome.Scaled());
    probe(Duration.ofSeconds(20));

    assertThat(world.phase("hello")).isEqualTo(Phase.ASLEEP);
    assertThat(world.scales).isEmpty();
  }

  @Test
  void anAnnotationThatComesLaterIsPublishedToEnvoysWithWhereTheConnectionsGo() {
    ServiceSpec plain = TestingWorld.service("hello");
    world.publisher.journal.clear();
    world.lifecycle.changed(new WorkloadEvent.ServiceChanged(ignoring(plain)));
    world.pass(Duration.ofSeconds(1));

    assertThat(world.publisher.journal)
        .startsWith("redefine hello for DAEMON", "redefine hello for ENVOY")
        .endsWith("routes [hello]");
    assertThat(world.publisher.at(NodeKind.ENVOY, "hello").envoy())
        .isInstanceOf(EnvoySide.PodsThenSlot.class);
    assertThat(world.publisher.entrances.routes().getFirst().cluster().policy().ignored())
        .isEqualTo(PROBES);
  }

  private void probe(Duration duration) {
    for (long passed = 0; passed < duration.toMillis(); passed += 500) {
      Counts counts = new Counts(++probes, 1, 1, 1, 0, Optional.empty());
      world.lifecycle.reported(new ActivityReport(ENVOY, 1, Map.of("_ignored/hello", counts)));
      world.pass(Duration.ofMillis(500));
    }
  }

  private static ServiceSpec ignoring(ServiceSpec plain) {
    ServicePolicy policy = plain.policy();
    return new ServiceSpec(
        plain.key(),
        plain.uid(),
        plain.created(),
        plain.workload(),
        plain.ports(),
        plain.hosts(),
        new ServicePolicy(
            policy.replicas(),
            policy.scaleToZeroAfter(),
            policy.wakeTimeout(),
            policy.maxParked(),
            policy.startingCounts(),
            policy.streaming(),
            PROBES));
  }
}
