package io.zenvoy.xds.lifecycle;

import static io.zenvoy.xds.lifecycle.TestingPolicies.awakeAt;
import static io.zenvoy.xds.lifecycle.TestingPolicies.plain;
import static io.zenvoy.xds.lifecycle.TestingPolicies.withPolicy;
import static io.zenvoy.xds.lifecycle.TestingWorld.DAEMON;
import static io.zenvoy.xds.lifecycle.TestingWorld.ENVOY;
import static io.zenvoy.xds.lifecycle.TestingWorld.POD;
import static io.zenvoy.xds.lifecycle.TestingWorld.WAKE_TIMEOUT;
import static io.zenvoy.xds.lifecycle.TestingWorld.WINDOW;
import static io.zenvoy.xds.lifecycle.TestingWorld.workload;
import static org.assertj.core.api.Assertions.assertThat;

import io.zenvoy.common.HostPort;
import io.zenvoy.xds.model.Phase;
import io.zenvoy.xds.workloads.ScaleOutcome;
import io.zenvoy.xds.workloads.ScaleRequest;
import io.zenvoy.xds.workloads.WorkloadEvent;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Workloads that would be awake or asleep if anything were scaled. */
class DryRunTest {
  private final TestingWorld world = new TestingWorld();

  @Test
  void aDryRunTellsWhenItWouldSleepAndWakeAndScalesNothing() {
    world.define("shop", plain().watched());
    world.start();
    world.observed("shop", 2, "v2");
    world.ready("shop", POD, new HostPort("10.1.0.2", 8080));
    world.pass(WINDOW.plusSeconds(10));
    assertThat(world.told).containsExactly("sleep DRY_RUN");

    world.pass(Duration.ofSeconds(100));
    world.reports(ENVOY, "shop", 1, 0, 0);
    world.pass(Duration.ofSeconds(5));

    assertThat(world.told).containsExactly("sleep DRY_RUN", "wake DRY_RUN");
    assertThat(world.saved).isBetween(Duration.ofSeconds(200), Duration.ofSeconds(240));
    assertThat(world.phase("shop")).isEqualTo(Phase.AWAKE);
    assertThat(world.scales).isEmpty();
  }

  @Test
  void aDryRunSavesNothingWhileSomebodyElseHasPutTheWorkloadToSleep() {
    world.define("shop", plain().watched());
    world.start();
    world.observed("shop", 1, "v2");
    world.ready("shop", POD);
    world.pass(WINDOW.plusSeconds(10));
    world.observed("shop", 0, "v3");
    world.ready("shop");
    Duration saved = world.saved;
    world.pass(WINDOW.multipliedBy(10));
    world.observed("shop", 1, "v4");
    world.ready("shop", new HostPort("10.1.0.2", 8080));
    world.pass(WINDOW.minusSeconds(10));

    assertThat(world.saved).isEqualTo(saved);
    world.pass(Duration.ofSeconds(20));
    assertThat(world.told).containsExactly("sleep DRY_RUN", "sleep DRY_RUN");
  }

  @Test
  void aDryRunWouldWakeAtTheBeginningOfItsTimes() {
    world.wallClock = Instant.parse("2026-03-02T07:00:00Z");
    world.define("office", awakeAt("0 8 * * mon-fri to 0 18 * * mon-fri").watched());
    world.start();
    world.observed("office", 1, "v2");
    world.ready("office", POD);
    world.pass(WINDOW.plusSeconds(10));
    world.wallClock = Instant.parse("2026-03-02T08:00:00Z");
    world.pass(Duration.ofSeconds(2));

    assertThat(world.told).containsExactly("sleep DRY_RUN", "wake DRY_RUN");
  }

  @Test
  void whatWasOnlyWatchedSleepsInEarnestOnceItIsNot() {
    world.define("shop", plain().watched());
    world.start();
    world.observed("shop", 1, "v2");
    world.ready("shop", POD);
    world.pass(WINDOW.plusSeconds(10));
    Duration saved = world.saved;

    world.lifecycle.changed(
        new WorkloadEvent.ServiceChanged(withPolicy(TestingWorld.service("shop"), plain())));
    world.pass(Duration.ofSeconds(10));

    assertThat(world.scales.element().request())
        .isEqualTo(new ScaleRequest(workload("shop"), 1, "v2", 0));
    assertThat(world.saved).isEqualTo(saved);
  }

  @Test
  void aDryRunWakesNothingAndSaysSo() {
    world.define("shop", plain().watched());
    world.start();

    world.reports(DAEMON, "shop", 1, 0, 1);
    world.pass(WAKE_TIMEOUT);

    assertThat(world.told).first().isEqualTo("wake DRY_RUN: dry run: nothing is scaled");
    assertThat(world.scales).isEmpty();
  }

  @Test
  void aDryRunLetsClientsWaitForAPodThatRestarts() {
    world.define("shop", plain().watched());
    world.start();
    world.observed("shop", 1, "v2");
    world.ready("shop", POD);
    world.ready("shop");
    world.reports(DAEMON, "shop", 1, 0, 1);
    world.pass(Duration.ofSeconds(5));
    assertThat(world.told).isEmpty();
    assertThat(world.phase("shop")).isEqualTo(Phase.WAKING);

    world.ready("shop", POD);
    assertThat(world.told).containsExactly("wake READY");
  }

  @Test
  void aDryRunSeesAWakeInTheMomentOfTheRequestAndCountsNoMore() {
    world.define("shop", plain().watched());
    world.start();
    world.observed("shop", 1, "v2");
    world.ready("shop", POD);
    world.pass(WINDOW.plusSeconds(10));
    world.reporting = false;
    Duration before = world.saved;

    world.reports(ENVOY, "shop", 1, 0, 0);
    assertThat(world.told).containsExactly("sleep DRY_RUN", "wake DRY_RUN");
    world.passInSilence(Duration.ofSeconds(30));

    assertThat(world.saved.minus(before)).isLessThan(Duration.ofSeconds(1));
  }

  @Test
  void aDryRunSavesNothingInTheAwakeTimes() {
    world.wallClock = Instant.parse("2026-03-02T07:00:00Z");
    world.define("office", awakeAt("0 8 * * * to 0 18 * * *").watched());
    world.start();
    world.observed("office", 1, "v2");
    world.ready("office", POD);
    world.pass(WINDOW.plusSeconds(10));
    assertThat(world.told).containsExactly("sleep DRY_RUN");

    world.wallClock = Instant.parse("2026-03-02T08:00:00Z");
    world.passInSilence(Duration.ofMillis(50));
    assertThat(world.told).containsExactly("sleep DRY_RUN", "wake DRY_RUN");
    Duration before = world.saved;
    world.pass(Duration.ofMinutes(10));

    assertThat(world.saved).isEqualTo(before);
  }

  @Test
  void aDryRunTellsOnceForEachOfItsTimesThatItWouldWake() {
    world.wallClock = Instant.parse("2026-03-02T09:00:00Z");
    world.define("office", awakeAt("0 8 * * * to 0 18 * * *").watched());
    world.start();
    world.pass(Duration.ofMinutes(5));
    assertThat(world.told).hasSize(1);

    world.wallClock = Instant.parse("2026-03-03T09:00:00Z");
    world.pass(Duration.ofMinutes(5));
    assertThat(world.told).hasSize(2);
  }

  @Test
  void whatSleepsInEarnestIsNotCountedAsADryRun() {
    world.define("shop", plain().watched());
    world.start();
    world.observed("shop", 1, "v2");
    world.ready("shop", POD);
    world.pass(WINDOW.plusSeconds(10));
    world.lifecycle.changed(
        new WorkloadEvent.ServiceChanged(withPolicy(TestingWorld.service("shop"), plain())));
    world.pass(Duration.ofSeconds(10));
    world.answer(new ScaleOutcome.Scaled());
    world.ready("shop");
    Duration before = world.saved;

    world.pass(Duration.ofMinutes(10));
    world.reports(DAEMON, "shop", 1, 0, 1);
    world.answer(new ScaleOutcome.Scaled());
    world.ready("shop", new HostPort("10.1.0.9", 8080));
    world.pass(Duration.ofSeconds(10));

    assertThat(world.saved).isEqualTo(before);
    assertThat(world.told).containsExactly("sleep DRY_RUN", "sleep ASLEEP", "wake READY");
  }

  @Test
  void aDryRunThatBeginsWhileItDrainsScalesNothing() {
    world.define("shop", plain());
    world.start();
    world.observed("shop", 1, "v2");
    world.ready("shop", POD);
    world.drain("shop");

    world.lifecycle.changed(
        new WorkloadEvent.ServiceChanged(
            withPolicy(TestingWorld.service("shop"), plain().watched())));
    world.pass(Duration.ofSeconds(10));

    assertThat(world.scales).isEmpty();
    assertThat(world.told).containsExactly("sleep CANCELLED");
    assertThat(world.phase("shop")).isEqualTo(Phase.AWAKE);
  }
}
