package io.zenvoy.tproxy.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.zenvoy.tproxy.proxy.ScheduleRun.Then;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Whatever comes between the lookup of a connection's slot, its parking, a change of the table, its
 * deadline, the answer of an endpoint and the client's leave: every connection ends exactly once,
 * at an endpoint of its own slot's cluster or with a reason, and all figures are true. A failure
 * names its seed; {@code SCHEDULE_SEED} in the environment runs that schedule alone, and {@code
 * -Drandom.schedules=60000} tries so many.
 */
final class HandOverSchedulesTest {
  private static final int SCHEDULES = Integer.getInteger("random.schedules", 2_000);

  private ScheduleRun runner;
  private @Nullable Throwable latestFailure;

  @BeforeEach
  void start() throws IOException {
    runner = new ScheduleRun();
  }

  @AfterEach
  void stop() {
    runner.close();
  }

  @Test
  void everyConnectionEndsOnceWhereItShould() {
    runAll(Then.REST);
  }

  @Test
  void theEndOfTheProgramLeavesNothingOpen() {
    runAll(Then.END);
  }

  private void runAll(Then then) {
    String given = System.getenv("SCHEDULE_SEED");
    if (given != null) {
      runOne(Long.parseLong(given), then);
      return;
    }
    SplittableRandom seeds = new SplittableRandom();
    for (int count = 0; count < SCHEDULES; count++) {
      runOne(seeds.nextLong(), then);
    }
    assertThat(runner.relays()).as("connections that were relayed").isGreaterThan(SCHEDULES / 4);
  }

  private void runOne(long seed, Then then) {
    List<Step> schedule = Schedules.random(seed);
    if (fails(schedule, then)) {
      List<Step> shortest = Schedules.shrink(schedule, candidate -> fails(candidate, then));
      throw new AssertionError(
          "seed %d, as short as it can be: %s".formatted(seed, shortest), latestFailure);
    }
  }

  private boolean fails(List<Step> schedule, Then then) {
    try {
      runner.run(schedule, then);
      return false;
    } catch (AssertionError | IOException | RuntimeException e) {
      latestFailure = e;
      return true;
    }
  }
}
