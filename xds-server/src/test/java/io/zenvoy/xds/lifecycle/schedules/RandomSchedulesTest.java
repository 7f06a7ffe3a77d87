package io.zenvoy.xds.lifecycle.schedules;

import static org.assertj.core.api.Assertions.assertThat;

import io.zenvoy.xds.lifecycle.schedules.Action.Kind;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.statistics.Statistics;

/**
 * Whatever happens in whatever order: no workload is put to sleep under a client, nobody is led to
 * the wrong service or to a pod that ends, slots stay what they are, and when everything works
 * again everybody is served, and the workload sleeps. How many schedules are tried is set by the
 * build: {@code random.schedules} in the POM.
 */
class RandomSchedulesTest {
  @Property
  void nothingIsLostUnderAnySchedule(@ForAll("schedules") List<Action> schedule) {
    SimulatedWorld world = new SimulatedWorld();

    schedule.forEach(world::act);

    Statistics.label("put to sleep")
        .collect(world.kubernetes().zeroWrites() > 0)
        .coverage(coverage -> coverage.check(true).percentage(share -> share > 20));
    world.leaveAlone();
    world.calm(Duration.ofSeconds(30));
    assertThat(world.traffic().unserved()).isEmpty();
    world.traffic().finishAll();
    world.calm(Duration.ofSeconds(20));
    assertThat(world.kubernetes().replicas()).as("replicas when nobody comes").isZero();
    boolean wasAwake = world.companion().replicas() > 0;
    int wakesOfTheCompanion = world.companion().wakes();
    world.act(new Action(Kind.CONNECT, 0));
    world.calm(Duration.ofSeconds(10));
    assertThat(world.traffic().open()).isEqualTo(1);
    assertThat(world.traffic().unserved()).isEmpty();
    assertThat(wasAwake || world.companion().wakes() > wakesOfTheCompanion)
        .as("db was awake or was woken")
        .isTrue();
  }

  @Property(tries = 300)
  void whoTakesEveryReplicaAwayIsAnsweredAtAnEasyPace(@ForAll("schedules") List<Action> schedule) {
    SimulatedWorld world = new SimulatedWorld();
    schedule.forEach(world::act);
    world.leaveAlone();
    world.traffic().finishAll();
    world.calm(Duration.ofSeconds(20));

    world.kubernetes().resetting(true);
    world.kubernetes().scale(0);
    world.act(new Action(Kind.CONNECT, 0));
    for (int i = 0; i < 60; i++) {
      world.calm(Duration.ofSeconds(1));
      world.act(new Action(Kind.CONNECT, 0));
    }

    assertThat(world.scaler().inTheLatestMinute()).isBetween(5, 25);
  }

  @Property(tries = 300)
  void aLateWriteOfAFormerLeaderCostsNobodyWhoComesAfterIt(
      @ForAll("schedules") List<Action> schedule) {
    SimulatedWorld world = new SimulatedWorld();
    schedule.forEach(world::act);
    world.leaveAlone();
    world.act(new Action(Kind.CONNECT, 0));
    world.calm(Duration.ofSeconds(30));

    boolean sent = world.passUntilZeroIsSent();
    world.act(new Action(Kind.RESTART, 2)); // its write is on the way
    world.act(new Action(Kind.CONNECT, 0));
    world.calm(Duration.ofSeconds(3));
    boolean served = sent && world.traffic().anyServed();
    world.act(new Action(Kind.LATE_WRITE, 0));
    world.act(new Action(Kind.CONNECT, 0));
    world.calm(Duration.ofSeconds(20));

    Statistics.label("written late under clients")
        .collect(served)
        .coverage(coverage -> coverage.check(true).percentage(share -> share > 20));
    assertThat(world.traffic().unserved()).isEmpty();
  }

  @Provide
  static Arbitrary<List<Action>> schedules() {
    Arbitrary<Kind> kinds =
        Arbitraries.frequency(
            Tuple.of(12, Kind.ROUND),
            Tuple.of(16, Kind.ROUGH_ROUND),
            Tuple.of(10, Kind.QUIET),
            Tuple.of(4, Kind.TIME),
            Tuple.of(8, Kind.CONNECT),
            Tuple.of(8, Kind.FINISH),
            Tuple.of(2, Kind.LEAVE),
            Tuple.of(5, Kind.RECEIVE),
            Tuple.of(5, Kind.SWITCH),
            Tuple.of(5, Kind.REPORT),
            Tuple.of(5, Kind.DELIVER),
            Tuple.of(1, Kind.DELIVER_AGAIN),
            Tuple.of(3, Kind.ANSWER),
            Tuple.of(1, Kind.UNAVAILABLE),
            Tuple.of(1, Kind.REFUSE),
            Tuple.of(1, Kind.LOSE_ANSWER),
            Tuple.of(4, Kind.POD),
            Tuple.of(1, Kind.UNREADY),
            Tuple.of(4, Kind.INFORM),
            Tuple.of(1, Kind.INFORM_AGAIN),
            Tuple.of(1, Kind.SCALE),
            Tuple.of(1, Kind.RESET),
            Tuple.of(1, Kind.TOUCH),
            Tuple.of(1, Kind.DRY_RUN),
            Tuple.of(1, Kind.SCHEDULE),
            Tuple.of(1, Kind.CLOCK),
            Tuple.of(1, Kind.PARTITION),
            Tuple.of(5, Kind.HEAL),
            Tuple.of(1, Kind.KILL),
            Tuple.of(1, Kind.DOUBLE),
            Tuple.of(2, Kind.RESTART),
            Tuple.of(2, Kind.LATE_WRITE));
    return Combinators.combine(kinds, Arbitraries.integers().between(0, 9_999))
        .as(Action::new)
        .list()
        .ofMinSize(20)
        .ofMaxSize(200);
  }
}
