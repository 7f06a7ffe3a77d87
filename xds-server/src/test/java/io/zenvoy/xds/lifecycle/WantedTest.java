package io.zenvoy.xds.lifecycle;

import static io.zenvoy.xds.lifecycle.TestingWorld.DAEMON;
import static io.zenvoy.xds.lifecycle.TestingWorld.ENVOY;
import static io.zenvoy.xds.lifecycle.TestingWorld.POD;
import static io.zenvoy.xds.lifecycle.TestingWorld.WAKE_TIMEOUT;
import static io.zenvoy.xds.lifecycle.TestingWorld.WINDOW;
import static io.zenvoy.xds.lifecycle.TestingWorld.workload;
import static org.assertj.core.api.Assertions.assertThat;

import io.zenvoy.common.HostPort;
import io.zenvoy.xds.model.Phase;
import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.model.ServicePolicy;
import io.zenvoy.xds.model.ServiceSpec;
import io.zenvoy.xds.schedule.AwakeTimes;
import io.zenvoy.xds.workloads.ScaleOutcome;
import io.zenvoy.xds.workloads.ScaleRequest;
import io.zenvoy.xds.workloads.WorkloadEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Workloads that are awake, or would be, for other reasons than a client of their own. */
class WantedTest {
  private final TestingWorld world = new TestingWorld();

  @Test
  void whatAServiceNamesIsWokenAtTheSameTimeAndSoIsWhatThatNames() {
    define("web", wakingWith("api"));
    define("api", wakingWith("db"));
    define("db", plain());
    start();

    world.reports(DAEMON, "web", 1, 0, 1);

    assertThat(world.scales.stream().map(scale -> scale.request().workload().name()))
        .containsExactlyInAnyOrder("web", "api", "db");
  }

  @Test
  void servicesThatNameEachOtherSleepWhenNobodyWaitsForEither() {
    define("web", wakingWith("api"));
    define("api", wakingWith("web"));
    start();
    world.reports(DAEMON, "web", 1, 0, 1);
    world.answer(new ScaleOutcome.Scaled());
    world.answer(new ScaleOutcome.Scaled());

    world.reports(DAEMON, "web", 1, 0, 0);
    world.pass(WINDOW.plusSeconds(10));

    assertThat(world.scales.stream().map(scale -> scale.request().replicas()))
        .containsExactly(0, 0);
  }

  @Test
  void aCompanionThatCannotBeWokenFailsAloneAndIsNotTriedAgainAndAgain() {
    define("web", wakingWith("gone"));
    define("gone", plain());
    start();
    world.lifecycle.changed(new WorkloadEvent.WorkloadMissing(workload("gone")));

    world.reports(DAEMON, "web", 1, 0, 1);
    world.pass(Duration.ofSeconds(10));

    assertThat(world.told).containsExactly("wake FAILED: deployment/default/gone does not exist");
    assertThat(world.phase("web")).isEqualTo(Phase.WAKING);
  }

  @Test
  void aNameThatIsNotManagedIsToldWheneverItShouldHaveBeenWoken() {
    define("web", wakingWith("typo"));
    define("typos", plain());
    start();
    assertThat(world.told).isEmpty();

    world.reports(DAEMON, "web", 1, 0, 1);

    assertThat(world.told).containsExactly("default/web can't wake [default/typo]");
    assertThat(world.scales).hasSize(1);
  }

  @Test
  void aWorkloadIsWokenForItsTimesAndSleepsAfterThem() {
    world.wallClock = Instant.parse("2026-03-02T07:59:59Z");
    define("office", awakeAt("0 8 * * mon-fri to 0 18 * * mon-fri"));
    start();
    world.pass(Duration.ofSeconds(20));
    assertThat(world.scales).isEmpty();

    world.wallClock = Instant.parse("2026-03-02T08:00:00Z");
    world.pass(Duration.ofSeconds(1));
    assertThat(world.scales.element().request().replicas()).isEqualTo(1);
    world.answer(new ScaleOutcome.Scaled());
    world.ready("office", POD);
    world.pass(WINDOW.multipliedBy(3));
    assertThat(world.phase("office")).isEqualTo(Phase.AWAKE);

    world.wallClock = Instant.parse("2026-03-02T18:00:00Z");
    world.observed("office", 1, "v2");
    world.pass(WINDOW.plusSeconds(10));
    assertThat(world.scales.element().request())
        .isEqualTo(new ScaleRequest(workload("office"), 1, "v2", 0));
  }

  @Test
  void aWorkloadThatIsNotReadyInItsTimesIsTriedAgainAMinuteLater() {
    world.wallClock = Instant.parse("2026-03-02T09:00:00Z");
    define("office", awakeAt("0 8 * * mon-fri to 0 18 * * mon-fri"));
    start();
    world.lifecycle.changed(new WorkloadEvent.WorkloadMissing(workload("office")));
    world.pass(Duration.ofSeconds(50));
    assertThat(world.told).hasSize(1);

    world.pass(Duration.ofSeconds(30));
    assertThat(world.told).hasSize(2);
  }

  @Test
  void aDryRunTellsWhenItWouldSleepAndWakeAndScalesNothing() {
    define("shop", plain().watched());
    start();
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
    define("shop", plain().watched());
    start();
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
    define("office", awakeAt("0 8 * * mon-fri to 0 18 * * mon-fri").watched());
    start();
    world.observed("office", 1, "v2");
    world.ready("office", POD);
    world.pass(WINDOW.plusSeconds(10));
    world.wallClock = Instant.parse("2026-03-02T08:00:00Z");
    world.pass(Duration.ofSeconds(2));

    assertThat(world.told).containsExactly("sleep DRY_RUN", "wake DRY_RUN");
  }

  @Test
  void whatWasOnlyWatchedSleepsInEarnestOnceItIsNot() {
    define("shop", plain().watched());
    start();
    world.observed("shop", 1, "v2");
    world.ready("shop", POD);
    world.pass(WINDOW.plusSeconds(10));
    Duration saved = world.saved;

    define("shop", plain());
    world.observed("shop", 1, "v2");
    world.pass(Duration.ofSeconds(10));

    assertThat(world.scales.element().request())
        .isEqualTo(new ScaleRequest(workload("shop"), 1, "v2", 0));
    assertThat(world.saved).isEqualTo(saved);
  }

  @Test
  void aDryRunWakesNothingAndSaysSo() {
    define("shop", plain().watched());
    start();

    world.reports(DAEMON, "shop", 1, 0, 1);
    world.pass(WAKE_TIMEOUT);

    assertThat(world.told).first().isEqualTo("wake FAILED: dry run: nothing is scaled");
    assertThat(world.scales).isEmpty();
  }

  private void define(String name, ServicePolicy policy) {
    ServiceSpec plain = TestingWorld.service(name);
    world.lifecycle.changed(
        new WorkloadEvent.ServiceChanged(
            new ServiceSpec(
                plain.key(),
                plain.uid(),
                plain.created(),
                plain.workload(),
                plain.ports(),
                plain.hosts(),
                policy)));
    world.observed(name, 0, "v1");
  }

  private void start() {
    world.lifecycle.changed(new WorkloadEvent.Synced());
    world.connectBoth();
    world.pass(Duration.ofSeconds(2));
  }

  private static ServicePolicy plain() {
    return policy(List.of(), Optional.empty());
  }

  private static ServicePolicy wakingWith(String service) {
    return policy(List.of(new ServiceKey("default", service)), Optional.empty());
  }

  private static ServicePolicy awakeAt(String times) {
    return policy(List.of(), Optional.of(AwakeTimes.parse(times)));
  }

  private static ServicePolicy policy(List<ServiceKey> wakeWith, Optional<AwakeTimes> times) {
    return new ServicePolicy(
        1, WINDOW, WAKE_TIMEOUT, 100, false, false, List.of(), wakeWith, times, false);
  }
}
