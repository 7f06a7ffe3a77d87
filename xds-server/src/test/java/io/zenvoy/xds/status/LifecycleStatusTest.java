package io.zenvoy.xds.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.zenvoy.xds.lifecycle.LifecycleObserver.SleepOutcome;
import io.zenvoy.xds.lifecycle.LifecycleObserver.WakeOutcome;
import io.zenvoy.xds.lifecycle.ManagedWorkload;
import io.zenvoy.xds.model.Phase;
import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.model.WorkloadKey;
import io.zenvoy.xds.serve.NodeKey;
import io.zenvoy.xds.serve.NodeKind;
import io.zenvoy.xds.workloads.EventRecorder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LifecycleStatusTest {
  private static final WorkloadKey WORKLOAD =
      new WorkloadKey(WorkloadKey.Kind.DEPLOYMENT, "default", "shop");
  private static final ServiceKey WEB = new ServiceKey("default", "web");
  private static final ServiceKey API = new ServiceKey("default", "api");
  private static final ManagedWorkload BOTH =
      new ManagedWorkload(WORKLOAD, Set.of("web", "api"), Set.of(WEB, API));

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final List<String> events = new ArrayList<>();
  private final LifecycleStatus status =
      new LifecycleStatus(
          registry,
          new EventRecorder() {
            @Override
            public void warning(ServiceKey service, String reason, String message) {
              events.add(service + " " + reason + ": " + message);
            }

            @Override
            public void normal(ServiceKey service, String reason, String message) {
              warning(service, reason, message);
            }
          });

  @Test
  void onePhaseOfEachServiceIsOne() {
    status.phase(BOTH, Phase.WAKING);
    status.phase(BOTH, Phase.AWAKE);

    for (String service : List.of("web", "api")) {
      assertThat(phase(service, "awake")).isEqualTo(1);
      assertThat(phase(service, "waking")).isZero();
    }
  }

  @Test
  void aFailedWakeIsCountedAndToldToTheOwnersOfAllItsServices() {
    status.wakeEnded(BOTH, WakeOutcome.TIMEOUT, Duration.ofSeconds(20), "not ready after 20s");

    assertThat(events)
        .containsExactlyInAnyOrder(
            "default/web WakeFailed: waking deployment/default/shop failed: not ready after 20s",
            "default/api WakeFailed: waking deployment/default/shop failed: not ready after 20s");
    assertThat(registry.get("zenvoy.wakes").tags("service", "web", "outcome", "timeout").counter())
        .satisfies(counter -> assertThat(counter.count()).isEqualTo(1));
  }

  @Test
  void aWakeThatSucceedsIsTimedAndNoEvent() {
    status.wakeEnded(BOTH, WakeOutcome.READY, Duration.ofMillis(1500), "");

    assertThat(registry.get("zenvoy.wake").tag("service", "api").timer().count()).isEqualTo(1);
    assertThat(events).isEmpty();
  }

  @Test
  void nodesThatShareAnIdAreToldToEveryServiceThatTheyKeepAwake() {
    status.doubledNodes(Set.of(new NodeKey(NodeKind.ENVOY, "proxy-1")), Set.of(WEB));

    assertThat(events)
        .containsExactly(
            "default/web NodeIdTwice: two proxies call themselves envoy proxy-1: nothing sleeps"
                + " until each has a node id of its own");
    assertThat(registry.get("zenvoy.doubled.nodes").gauge().value()).isEqualTo(1);
    status.doubledNodes(Set.of(), Set.of(WEB));
    assertThat(registry.get("zenvoy.doubled.nodes").gauge().value()).isZero();
  }

  @Test
  void whatCannotBeWokenWithAServiceIsToldToItsOwner() {
    status.unknownCompanions(WEB, Set.of(new ServiceKey("default", "typo")));

    assertThat(events)
        .containsExactly(
            "default/web UnknownCompanion: zenvoy.io/wake-with names what zenvoy does not manage:"
                + " default/typo (expected: Services that opted in)");
  }

  @Test
  void whatIsNoLongerManagedHasNoMetrics() {
    status.phase(BOTH, Phase.AWAKE);
    status.sleepEnded(BOTH, SleepOutcome.CANCELLED);
    status.forgotten(WORKLOAD);

    assertThat(registry.find("zenvoy.service.phase").meters()).isEmpty();
    assertThat(registry.find("zenvoy.sleeps").meters()).isEmpty();
  }

  private double phase(String service, String phase) {
    return registry
        .get("zenvoy.service.phase")
        .tags("service", service, "phase", phase)
        .gauge()
        .value();
  }
}
