package io.zenvoy.xds.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** When a write is repeated that has failed. */
class WritePaceTest {
  private long nowNanos = 1_000_000_000_000L;

  @Test
  void theFirstRetriesOfManyWorkloadsAreSpreadSoThatTheyDoNotComeTogether() {
    Set<Long> waits = new HashSet<>();
    for (int workload = 0; workload < 100; workload++) {
      WritePace pace = new WritePace(() -> nowNanos);
      pace.failed();
      waits.add(millisUntilWritten(pace));
    }

    assertThat(waits).hasSizeGreaterThan(10).allMatch(wait -> wait >= 75 && wait <= 101);
  }

  @Test
  void theWaitDoublesUpToThreeSeconds() {
    WritePace pace = new WritePace(() -> nowNanos);
    for (int failure = 0; failure < 5; failure++) {
      pace.failed();
      assertThat(millisUntilWritten(pace)).isBetween(75L << failure, (100L << failure) + 1);
    }
    for (int failure = 0; failure < 20; failure++) {
      pace.failed();
      assertThat(millisUntilWritten(pace)).isBetween(2_250L, 3_001L);
    }
  }

  @Test
  void aWriteThatWasCarriedOutEndsTheWait() {
    WritePace pace = new WritePace(() -> nowNanos);
    pace.failed();
    pace.carriedOut(1);

    assertThat(pace.mayWrite()).isTrue();
  }

  private long millisUntilWritten(WritePace pace) {
    long millis = 0;
    while (!pace.mayWrite()) {
      millis++;
      nowNanos += 1_000_000;
    }
    return millis;
  }
}
