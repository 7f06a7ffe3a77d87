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

    world.lifecycle.changed(
        new WorkloadEvent.ServiceChanged(withPolicy(TestingWorld.service("shop"), plain())));
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

    assertThat(world.told).first().isEqualTo("wake DRY_RUN: dry run: nothing is scaled");
    assertThat(world.scales).isEmpty();
  }

  @Test
  void aDryRunLetsClientsWaitForAPodThatRestarts() {
    define("shop", plain().watched());
    start();
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
    define("shop", plain().watched());
    start();
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
    define("office", awakeAt("0 8 * * * to 0 18 * * *").watched());
    start();
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
    define("office", awakeAt("0 8 * * * to 0 18 * * *").watched());
    start();
    world.pass(Duration.ofMinutes(5));
    assertThat(world.told).hasSize(1);

    world.wallClock = Instant.parse("2026-03-03T09:00:00Z");
    world.pass(Duration.ofMinutes(5));
    assertThat(world.told).hasSize(2);
  }

  @Test
  void whatSleepsInEarnestIsNotCountedAsADryRun() {
    define("shop", plain().watched());
    start();
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
    define("shop", plain());
    start();
    world.observed("shop", 1, "v2");
    world.ready("shop", POD);
    drain("shop");

    world.lifecycle.changed(
        new WorkloadEvent.ServiceChanged(
            withPolicy(TestingWorld.service("shop"), plain().watched())));
    world.pass(Duration.ofSeconds(10));

    assertThat(world.scales).isEmpty();
    assertThat(world.told).containsExactly("sleep CANCELLED");
    assertThat(world.phase("shop")).isEqualTo(Phase.AWAKE);
  }

  @Test
  void anAwakeTimeThatBeginsWhileItDrainsKeepsItAwake() {
    world.wallClock = Instant.parse("2026-03-02T07:00:00Z");
    define("office", awakeAt("0 8 * * * to 0 18 * * *"));
    start();
    world.observed("office", 1, "v2");
    world.ready("office", POD);
    drain("office");

    world.wallClock = Instant.parse("2026-03-02T08:00:00Z");
    world.pass(Duration.ofSeconds(10));

    assertThat(world.scales).isEmpty();
    assertThat(world.phase("office")).isEqualTo(Phase.AWAKE);
  }

  @Test
  void whatSomethingThatIsWokenNeedsStopsDraining() {
    define("web", wakingWith("db"));
    define("db", plain());
    start();
    world.observed("db", 1, "v2");
    world.ready("db", POD);
    drain("db");

    world.reports(DAEMON, "web", 1, 0, 1);
    world.pass(Duration.ofSeconds(10));

    assertThat(world.scales.stream().map(scale -> scale.request().workload().name()))
        .containsExactly("web");
    assertThat(world.phase("db")).isEqualTo(Phase.AWAKE);
  }

  @Test
  void whatAPersonTakesToZeroInItsTimesStaysThereUntilTheNextOnes() {
    world.wallClock = Instant.parse("2026-03-02T09:00:00Z");
    define("office", awakeAt("0 8 * * * to 0 18 * * *"));
    start();
    world.answer(new ScaleOutcome.Scaled());
    world.observed("office", 1, "v2");
    world.ready("office", POD);

    world.observed("office", 0, "v3");
    world.ready("office");
    world.pass(Duration.ofMinutes(30));
    assertThat(world.scales).isEmpty();
    assertThat(world.phase("office")).isEqualTo(Phase.ASLEEP);

    world.wallClock = Instant.parse("2026-03-03T08:00:00Z");
    world.pass(Duration.ofSeconds(1));
    assertThat(world.scales.element().request().replicas()).isEqualTo(1);
  }

  @Test
  void aClientWakesInItsTimesWhatAPersonTookToZeroAndThenItStays() {
    world.wallClock = Instant.parse("2026-03-02T09:00:00Z");
    define("office", awakeAt("0 8 * * * to 0 18 * * *"));
    start();
    world.answer(new ScaleOutcome.Scaled());
    world.observed("office", 1, "v2");
    world.ready("office", POD);
    world.observed("office", 0, "v3");
    world.ready("office");
    world.pass(Duration.ofMinutes(1));

    world.reports(DAEMON, "office", 1, 0, 1);
    world.answer(new ScaleOutcome.Scaled());
    world.ready("office", new HostPort("10.1.0.2", 8080));
    world.reports(DAEMON, "office", 1, 0, 0);
    world.pass(WINDOW.multipliedBy(3));

    assertThat(world.phase("office")).isEqualTo(Phase.AWAKE);
    assertThat(world.scales).isEmpty();
  }

  @Test
  void aClockThatWasFarAheadWhenAPersonScaledDoesNotSpoilTheTimesForEver() {
    world.wallClock = Instant.parse("2036-03-02T09:00:00Z");
    define("office", awakeAt("0 8 * * * to 0 18 * * *"));
    start();
    world.answer(new ScaleOutcome.Scaled());
    world.observed("office", 1, "v2");
    world.observed("office", 0, "v3");
    world.wallClock = Instant.parse("2026-03-02T07:00:00Z");
    world.pass(Duration.ofSeconds(20));
    assertThat(world.scales).isEmpty();

    world.wallClock = Instant.parse("2026-03-02T08:00:00Z");
    world.pass(Duration.ofSeconds(1));

    assertThat(world.scales).hasSize(1);
  }

  @Test
  void whatAPersonTakesToZeroStaysThereAlthoughWhatItWakesWithIsAwaited() {
    define("web", wakingWith("db"));
    define("db", plain());
    start();
    world.reports(DAEMON, "web", 1, 0, 1);
    world.answer(new ScaleOutcome.Scaled());
    world.answer(new ScaleOutcome.Scaled());
    world.observed("db", 1, "v2");
    world.observed("db", 0, "v3");
    world.pass(WAKE_TIMEOUT.minusSeconds(2));

    assertThat(world.scales).isEmpty();
  }

  @Test
  void aCompanionWhoseWriteFailedIsWokenAllTheSameWhenWhatItWakesWithIsReadyBefore() {
    define("web", wakingWith("db"));
    define("db", plain());
    start();
    world.reports(DAEMON, "web", 1, 0, 1);
    for (int i = 0; i < 2; i++) {
      boolean db = world.scales.element().request().workload().name().equals("db");
      world.answer(db ? new ScaleOutcome.Unavailable("HTTP 429") : new ScaleOutcome.Scaled());
    }
    world.observed("web", 1, "v2");
    world.ready("web", POD);
    world.reports(DAEMON, "web", 1, 0, 0);
    world.pass(Duration.ofSeconds(1));

    assertThat(world.scales.element().request())
        .isEqualTo(new ScaleRequest(workload("db"), 0, "v1", 1));
  }

  @Test
  void aCompanionThatHasJustFailedIsWokenWithTheNextWakeAllTheSame() {
    define("web", wakingWith("db"));
    define("db", plain());
    start();
    world.reports(DAEMON, "web", 1, 0, 1);
    for (int i = 0; i < 2; i++) {
      boolean db = world.scales.element().request().workload().name().equals("db");
      world.answer(db ? new ScaleOutcome.Refused("a policy") : new ScaleOutcome.Scaled());
    }
    world.ready("web", POD);
    world.observed("web", 1, "v2");
    world.observed("web", 0, "v3");
    world.ready("web");
    world.pass(Duration.ofSeconds(10));
    world.reports(DAEMON, "web", 2, 0, 1);

    assertThat(world.scales.stream().map(scale -> scale.request().workload().name()))
        .containsExactlyInAnyOrder("web", "db");
  }

  @Test
  void whatIsWokenForItsTimesWakesItsCompanions() {
    world.wallClock = Instant.parse("2026-03-02T09:00:00Z");
    define(
        "web",
        policy(
            List.of(new ServiceKey("default", "db")),
            Optional.of(AwakeTimes.parse("0 8 * * * to 0 18 * * *"))));
    define("db", plain());
    start();

    assertThat(world.scales.stream().map(scale -> scale.request().workload().name()))
        .containsExactlyInAnyOrder("web", "db");
  }

  @Test
  void aNameThatNobodyHasIsToldOnceAndAgainOnlyAfterItWasThere() {
    define("web", wakingWith("db"));
    assertThat(world.told).isEmpty();
    start();
    define("other", plain());
    world.pass(Duration.ofSeconds(10));
    String told = "default/web wakes with default/db, which is unknown";
    assertThat(world.told).containsExactly(told);

    define("db", plain());
    define("other", wakingWith("web"));
    assertThat(world.told).containsExactly(told);

    world.lifecycle.changed(new WorkloadEvent.ServiceRemoved(new ServiceKey("default", "db")));
    assertThat(world.told).containsExactly(told, told, "forgotten db");
  }

  /** Lets time pass until a workload drains, and no further. */
  private void drain(String service) {
    for (int i = 0; i < 1_000 && world.phase(service) != Phase.DRAINING; i++) {
      world.pass(Duration.ofMillis(500));
    }
    assertThat(world.phase(service)).isEqualTo(Phase.DRAINING);
    assertThat(world.scales).isEmpty();
  }

  private void define(String name, ServicePolicy policy) {
    world.lifecycle.changed(
        new WorkloadEvent.ServiceChanged(withPolicy(TestingWorld.service(name), policy)));
    world.observed(name, 0, "v1");
  }

  private static ServiceSpec withPolicy(ServiceSpec service, ServicePolicy policy) {
    return new ServiceSpec(
        service.key(),
        service.uid(),
        service.created(),
        service.workload(),
        service.ports(),
        service.hosts(),
        policy);
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
