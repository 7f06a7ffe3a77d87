package io.zenvoy.xds.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.zenvoy.xds.workloads.ScaleOutcome;
import io.zenvoy.xds.workloads.ScaleOutcome.Unavailable;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** When a write is repeated that has failed, or was undone. */
class ReplicasTest {
  private long nowNanos = 1_000_000_000_000L;
  private int writes;
  private ScaleOutcome outcome = new Unavailable("HTTP 429");

  @Test
  void theFirstRetriesOfManyWorkloadsAreSpreadSoThatTheyDoNotComeTogether() {
    Set<Long> waits = new HashSet<>();
    for (int workload = 0; workload < 100; workload++) {
      Replicas replicas = asleep();
      replicas.scale(1);
      waits.add(millisUntilRetried(replicas));
    }

    assertThat(waits).hasSizeGreaterThan(10).allMatch(wait -> wait > 50 && wait <= 101);
  }

  @Test
  void theWaitGrowsToFiveSecondsAtMost() {
    Replicas replicas = asleep();
    replicas.scale(1);
    for (int failure = 0; failure < 6; failure++) {
      assertThat(millisUntilRetried(replicas)).isBetween(50L << failure, (100L << failure) + 1);
    }
    for (int failure = 0; failure < 20; failure++) {
      assertThat(millisUntilRetried(replicas)).isBetween(2_500L, 5_001L);
    }
  }

  @Test
  void aFreshStartDoesNotWait() {
    Replicas replicas = asleep();
    replicas.scale(1);
    replicas.freshStart();
    replicas.scale(1);

    assertThat(writes).isEqualTo(2);
  }

  @Test
  void aWriteThatIsUndoneIsRepeatedAtOnceButNotAgainAndAgain() {
    Replicas replicas = asleep();
    outcome = new ScaleOutcome.Scaled();
    replicas.scale(1);
    undo(replicas);
    replicas.scale(1);
    assertThat(writes).isEqualTo(2);

    for (int round = 0; round < 6; round++) {
      undo(replicas);
      assertThat(millisUntilRetried(replicas)).isBetween(50L << round, (100L << round) + 1);
    }
    assertThat(replicas.isUndone()).isTrue();
  }

  @Test
  void whatSomebodyElseChangesLaterOrToAnotherNumberUndoesNothing() {
    Replicas replicas = asleep();
    outcome = new ScaleOutcome.Scaled();
    replicas.scale(1);
    replicas.observed(1, "2");
    replicas.observed(3, "3");
    replicas.observed(0, "4");
    replicas.scale(1);
    replicas.observed(1, "5");
    nowNanos += Duration.ofSeconds(11).toNanos();
    replicas.observed(0, "6");

    assertThat(replicas.isUndone()).isFalse();
  }

  private Replicas asleep() {
    Replicas replicas =
        new Replicas(
            TestingWorld.workload("hello"),
            (request, told) -> {
              writes++;
              told.accept(outcome);
            },
            () -> nowNanos,
            () -> {});
    replicas.observed(0, "1");
    return replicas;
  }

  private static void undo(Replicas replicas) {
    replicas.observed(1, "up");
    replicas.observed(0, "down");
  }

  private long millisUntilRetried(Replicas replicas) {
    int before = writes;
    long millis = 0;
    while (writes == before) {
      millis++;
      nowNanos += 1_000_000;
      replicas.scale(1);
    }
    return millis;
  }
}
