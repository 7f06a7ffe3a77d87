package io.zenvoy.xds.lifecycle;

import static io.zenvoy.xds.lifecycle.TestingPolicies.awakeAt;
import static io.zenvoy.xds.lifecycle.TestingPolicies.plain;
import static io.zenvoy.xds.lifecycle.TestingPolicies.policy;
import static io.zenvoy.xds.lifecycle.TestingPolicies.wakingWith;
import static io.zenvoy.xds.lifecycle.TestingWorld.DAEMON;
import static io.zenvoy.xds.lifecycle.TestingWorld.POD;
import static io.zenvoy.xds.lifecycle.TestingWorld.WAKE_TIMEOUT;
import static io.zenvoy.xds.lifecycle.TestingWorld.WINDOW;
import static io.zenvoy.xds.lifecycle.TestingWorld.workload;
import static org.assertj.core.api.Assertions.assertThat;

import io.zenvoy.common.HostPort;
import io.zenvoy.xds.model.Phase;
import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.schedule.AwakeTimes;
import io.zenvoy.xds.workloads.ScaleOutcome;
import io.zenvoy.xds.workloads.ScaleRequest;
import io.zenvoy.xds.workloads.WorkloadEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Workloads that are awake for other reasons than a client of their own. */
class WantedTest {
  private final TestingWorld world = new TestingWorld();

  @Test
  void whatAServiceNamesIsWokenAtTheSameTimeAndSoIsWhatThatNames() {
    world.define("web", wakingWith("api"));
    world.define("api", wakingWith("db"));
    world.define("db", plain());
    world.start();

    world.reports(DAEMON, "web", 1, 0, 1);

    assertThat(world.scales.stream().map(scale -> scale.request().workload().name()))
        .containsExactlyInAnyOrder("web", "api", "db");
  }

  @Test
  void servicesThatNameEachOtherSleepWhenNobodyWaitsForEither() {
    world.define("web", wakingWith("api"));
    world.define("api", wakingWith("web"));
    world.start();
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
    world.define("web", wakingWith("gone"));
    world.define("gone", plain());
    world.start();
    world.lifecycle.changed(new WorkloadEvent.WorkloadMissing(workload("gone")));

    world.reports(DAEMON, "web", 1, 0, 1);
    world.pass(Duration.ofSeconds(10));

    assertThat(world.told).containsExactly("wake FAILED: deployment/default/gone does not exist");
    assertThat(world.phase("web")).isEqualTo(Phase.WAKING);
  }

  @Test
  void aWorkloadIsWokenForItsTimesAndSleepsAfterThem() {
    world.wallClock = Instant.parse("2026-03-02T07:59:59Z");
    world.define("office", awakeAt("0 8 * * mon-fri to 0 18 * * mon-fri"));
    world.start();
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
    world.define("office", awakeAt("0 8 * * mon-fri to 0 18 * * mon-fri"));
    world.start();
    world.lifecycle.changed(new WorkloadEvent.WorkloadMissing(workload("office")));
    world.pass(Duration.ofSeconds(50));
    assertThat(world.told).hasSize(1);

    world.pass(Duration.ofSeconds(30));
    assertThat(world.told).hasSize(2);
  }

  @Test
  void anAwakeTimeThatBeginsWhileItDrainsKeepsItAwake() {
    world.wallClock = Instant.parse("2026-03-02T07:00:00Z");
    world.define("office", awakeAt("0 8 * * * to 0 18 * * *"));
    world.start();
    world.observed("office", 1, "v2");
    world.ready("office", POD);
    world.drain("office");

    world.wallClock = Instant.parse("2026-03-02T08:00:00Z");
    world.pass(Duration.ofSeconds(10));

    assertThat(world.scales).isEmpty();
    assertThat(world.phase("office")).isEqualTo(Phase.AWAKE);
  }

  @Test
  void whatSomethingThatIsWokenNeedsStopsDraining() {
    world.define("web", wakingWith("db"));
    world.define("db", plain());
    world.start();
    world.observed("db", 1, "v2");
    world.ready("db", POD);
    world.drain("db");

    world.reports(DAEMON, "web", 1, 0, 1);
    world.pass(Duration.ofSeconds(10));

    assertThat(world.scales.stream().map(scale -> scale.request().workload().name()))
        .containsExactly("web");
    assertThat(world.phase("db")).isEqualTo(Phase.AWAKE);
  }

  @Test
  void whatAPersonTakesToZeroInItsTimesStaysThereUntilTheNextOnes() {
    world.wallClock = Instant.parse("2026-03-02T09:00:00Z");
    world.define("office", awakeAt("0 8 * * * to 0 18 * * *"));
    world.start();
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
    world.define("office", awakeAt("0 8 * * * to 0 18 * * *"));
    world.start();
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
    world.define("office", awakeAt("0 8 * * * to 0 18 * * *"));
    world.start();
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
    world.define("web", wakingWith("db"));
    world.define("db", plain());
    world.start();
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
    world.define("web", wakingWith("db"));
    world.define("db", plain());
    world.start();
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
    world.define("web", wakingWith("db"));
    world.define("db", plain());
    world.start();
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
    world.define(
        "web",
        policy(
            List.of(new ServiceKey("default", "db")),
            Optional.of(AwakeTimes.parse("0 8 * * * to 0 18 * * *"))));
    world.define("db", plain());
    world.start();

    assertThat(world.scales.stream().map(scale -> scale.request().workload().name()))
        .containsExactlyInAnyOrder("web", "db");
  }

  @Test
  void aNameThatNobodyHasIsToldOnceAndAgainOnlyAfterItWasThere() {
    world.define("web", wakingWith("db"));
    assertThat(world.told).isEmpty();
    world.start();
    world.define("other", plain());
    world.pass(Duration.ofSeconds(10));
    String told = "default/web wakes with default/db, which is unknown";
    assertThat(world.told).containsExactly(told);

    world.define("db", plain());
    world.define("other", wakingWith("web"));
    assertThat(world.told).containsExactly(told);

    world.lifecycle.changed(new WorkloadEvent.ServiceRemoved(new ServiceKey("default", "db")));
    assertThat(world.told).containsExactly(told, told, "forgotten db");
  }
}
