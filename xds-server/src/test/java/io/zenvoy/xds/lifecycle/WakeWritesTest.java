package io.zenvoy.xds.lifecycle;

import static io.zenvoy.xds.lifecycle.TestingWorld.DAEMON;
import static io.zenvoy.xds.lifecycle.TestingWorld.POD;
import static io.zenvoy.xds.lifecycle.TestingWorld.WAKE_TIMEOUT;
import static io.zenvoy.xds.lifecycle.TestingWorld.WINDOW;
import static io.zenvoy.xds.lifecycle.TestingWorld.workload;
import static org.assertj.core.api.Assertions.assertThat;

import io.zenvoy.xds.model.Phase;
import io.zenvoy.xds.workloads.ScaleOutcome;
import io.zenvoy.xds.workloads.ScaleRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The writes of a wake: how many, when again, and whose the replicas are. */
class WakeWritesTest {
  private final TestingWorld world = TestingWorld.withASleepingService();

  @Test
  void aParkedConnectionAsksForOneReplicaAtOnceAndConditionally() {
    world.reports(DAEMON, "hello", 1, 0, 1);

    assertThat(world.scales).hasSize(1);
    assertThat(world.scales.element().request())
        .isEqualTo(new ScaleRequest(workload("hello"), 0, "v1", 1));
    assertThat(world.phase("hello")).isEqualTo(Phase.WAKING);
  }

  @Test
  void callsInFlightAreShared() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.reports(DAEMON, "hello", 2, 0, 2);
    world.pass(Duration.ofSeconds(3));

    assertThat(world.scales).hasSize(1);
  }

  @Test
  void aWakeIsAskedForAgainAfterAFailureWhileSomebodyWaits() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.answer(new ScaleOutcome.Unavailable("the server is overloaded"));
    assertThat(world.scales).isEmpty();

    world.pass(Duration.ofSeconds(1));

    assertThat(world.scales).hasSize(1);
  }

  @Test
  void aConflictIsDecidedAnew() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.answer(new ScaleOutcome.Conflict(0, "v9"));
    assertThat(world.scales.element().request().observedVersion()).isEqualTo("v9");

    world.answer(new ScaleOutcome.Conflict(3, "v10"));
    world.pass(Duration.ofSeconds(1));

    assertThat(world.scales).isEmpty();
    assertThat(world.phase("hello")).isEqualTo(Phase.WAKING);
  }

  @Test
  void conflictsInTheVersionAloneAreRepeatedEverMoreSlowly() {
    world.reports(DAEMON, "hello", 1, 0, 1);

    int atOnce = world.answerAll(write -> new ScaleOutcome.Conflict(0, "v" + write));
    assertThat(atOnce).isEqualTo(2);
    world.passInSilence(Duration.ofMillis(100));
    assertThat(world.scales).hasSize(1);
    assertThat(
            world.answerFor(
                Duration.ofSeconds(15), write -> new ScaleOutcome.Conflict(0, "w" + write)))
        .isBetween(5, 10);
  }

  @Test
  void whoTakesItBackToZeroWhileSomebodyWaitsIsAnsweredEverMoreSlowly() {
    world.reports(DAEMON, "hello", 1, 0, 1);

    int writes =
        world.answerFor(
            Duration.ofMinutes(1),
            write -> {
              world.observed("hello", 1, "up" + write);
              return new ScaleOutcome.Scaled();
            },
            write -> world.observed("hello", 0, "down" + write));

    assertThat(writes).isBetween(5, 25);
  }

  @Test
  void aResetThatIsToldAfterTheAnswerIsAReset() {
    world.reports(DAEMON, "hello", 1, 0, 1);

    int writes =
        world.answerFor(
            Duration.ofMinutes(1),
            write -> new ScaleOutcome.Scaled(),
            write -> {
              world.observed("hello", 1, "up" + write);
              world.observed("hello", 0, "down" + write);
            });

    assertThat(writes).isBetween(5, 25);
  }

  @Test
  void aWakeAfterANormalSleepIsNotDelayedByEarlierResets() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    for (int i = 0; i < 5; i++) {
      world.pass(Duration.ofSeconds(5));
      world.observed("hello", 1, "up" + i);
      world.answer(new ScaleOutcome.Scaled());
      world.observed("hello", 0, "down" + i);
    }
    world.pass(Duration.ofSeconds(5));
    world.answer(new ScaleOutcome.Scaled());
    world.ready("hello", POD);
    world.observed("hello", 1, "v20");
    world.reports(DAEMON, "hello", 1, 0, 0);
    world.pass(WINDOW.plusSeconds(10));
    world.answer(new ScaleOutcome.Scaled());
    world.ready("hello");
    world.observed("hello", 0, "v21");

    world.reports(DAEMON, "hello", 2, 0, 1);

    assertThat(world.scales.element().request().replicas()).isEqualTo(1);
  }

  @Test
  void aRefusalOfTheWayBackToZeroIsRepeatedEverMoreSlowly() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.answer(new ScaleOutcome.Scaled());
    world.observed("hello", 1, "v2");
    world.reports(DAEMON, "hello", 1, 0, 0);
    world.pass(WINDOW.plusSeconds(8));

    assertThat(world.answerAll(write -> new ScaleOutcome.Refused("a policy"))).isEqualTo(1);
    int writes = 0;
    for (int i = 0; i < 120; i++) {
      world.pass(Duration.ofMillis(500));
      writes += world.answerAll(write -> new ScaleOutcome.Refused("a policy"));
    }
    assertThat(writes).isBetween(3, 25);
  }

  @Test
  void clientsThatComeAgainAndAgainDoNotHurryARefusedWrite() {
    int writes = 0;
    for (int i = 1; i <= 500; i++) {
      world.reports(DAEMON, "hello", i, 0, 1);
      writes += world.answerAll(write -> new ScaleOutcome.Refused("a policy"));
      world.passInSilence(Duration.ofMillis(20));
    }

    assertThat(writes).isBetween(3, 10);
    assertThat(world.told).contains("wake FAILED: a policy");
  }

  @Test
  void whatAPersonScaledUpFirstIsNotOursToScaleDown() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.answer(new ScaleOutcome.Conflict(1, "v9"));
    world.reports(DAEMON, "hello", 1, 0, 0);
    world.pass(WINDOW.multipliedBy(2));

    assertThat(world.scales).isEmpty();
    assertThat(world.told).containsExactly("wake TIMEOUT: not ready after 20s");
  }

  @Test
  void whatAWriteOfOursWithoutAnAnswerScaledUpIsOursToScaleDown() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.answer(new ScaleOutcome.Unanswered("no answer within 3000 ms"));
    world.pass(Duration.ofSeconds(1));
    world.answer(new ScaleOutcome.Unavailable("HTTP 429: later"));
    world.pass(Duration.ofSeconds(1));
    world.answer(new ScaleOutcome.Conflict(1, "v9"));
    world.reports(DAEMON, "hello", 1, 0, 0);
    world.pass(WINDOW.multipliedBy(2));

    assertThat(world.scales.element().request())
        .isEqualTo(new ScaleRequest(workload("hello"), 1, "v9", 0));
  }

  @Test
  void whoLeavesBeforeTheWriteNeedsNoWake() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.answer(new ScaleOutcome.Unavailable("time-out"));
    world.reports(DAEMON, "hello", 1, 0, 0);
    world.pass(Duration.ofSeconds(5));

    assertThat(world.scales).isEmpty();
    assertThat(world.phase("hello")).isEqualTo(Phase.ASLEEP);
  }

  @Test
  void aPersonsScaleUpAfterAWakeOfOursIsNotUndone() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.answer(new ScaleOutcome.Scaled());
    world.observed("hello", 1, "v2");
    world.ready("hello", POD);
    world.reports(DAEMON, "hello", 1, 0, 0);
    world.observed("hello", 0, "v3");
    world.ready("hello");
    world.pass(WINDOW.multipliedBy(2));
    world.observed("hello", 2, "v4");
    world.pass(Duration.ofSeconds(5));

    assertThat(world.scales).isEmpty();
    assertThat(world.phase("hello")).isEqualTo(Phase.WAKING);
  }

  @Test
  void anObservationThatContradictsOurOwnWriteIsBelievedInTheEnd() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.answer(new ScaleOutcome.Scaled());
    world.observed("hello", 0, "v3");
    world.pass(Duration.ofSeconds(3));
    assertThat(world.scales).isEmpty();

    world.pass(Duration.ofSeconds(3));

    assertThat(world.scales.element().request())
        .isEqualTo(new ScaleRequest(workload("hello"), 0, "v3", 1));
  }

  @Test
  void anObservationThatOvertakesTheAnswerOfAWriteLeavesNoDoubt() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    world.observed("hello", 1, "v2");
    world.answer(new ScaleOutcome.Scaled());
    world.observed("hello", 0, "v3");
    world.passInSilence(Duration.ofMillis(100));

    assertThat(world.scales.element().request())
        .isEqualTo(new ScaleRequest(workload("hello"), 0, "v3", 1));
  }

  @Test
  void aWakeThatIsRefusedForAMinuteIsAskedForEverMoreRarelyButNeverForgotten() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    List<Integer> attempts = new ArrayList<>();
    for (int second = 0; second < WAKE_TIMEOUT.toSeconds() - 1; second++) {
      int attempt = 0;
      for (int step = 0; step < 2; step++) {
        while (!world.scales.isEmpty()) {
          attempt++;
          world.answer(new ScaleOutcome.Unavailable("HTTP 429"));
        }
        world.pass(Duration.ofMillis(500));
      }
      attempts.add(attempt);
    }

    assertThat(attempts.getFirst()).isPositive();
    assertThat(attempts.stream().mapToInt(Integer::intValue).sum()).isBetween(6, 12);
    world.pass(Duration.ofSeconds(2));
    assertThat(world.told).containsExactly("wake TIMEOUT: not ready after 20s: HTTP 429");
  }

  @Test
  void whoeverSetsAWakeBackAgainAndAgainIsAnsweredEverMoreRarely() {
    world.reports(DAEMON, "hello", 1, 0, 1);
    int writes = 0;
    for (int moment = 0; moment < 2 * WAKE_TIMEOUT.toSeconds() - 2; moment++) {
      while (!world.scales.isEmpty()) {
        writes++;
        world.answer(new ScaleOutcome.Scaled());
        world.observed("hello", 1, "a" + writes);
        world.observed("hello", 0, "b" + writes);
      }
      world.pass(Duration.ofMillis(500));
    }

    assertThat(writes).isBetween(6, 13);
    world.pass(Duration.ofSeconds(2));
    assertThat(world.told)
        .containsExactly("wake TIMEOUT: not ready after 20s: somebody else sets its replicas back");
  }
}
