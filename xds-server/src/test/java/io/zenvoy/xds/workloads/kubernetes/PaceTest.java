package io.zenvoy.xds.workloads.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PaceTest {
  @Test
  void whatRepeatsComesLessAndLessOftenButNeverStops() {
    AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5);
    Pace pace = new Pace(clock::get);
    List<Integer> due = new ArrayList<>();

    for (int second = 0; second <= 100; second++) {
      if (pace.isDue()) {
        due.add(second);
      }
      clock.addAndGet(Duration.ofSeconds(1).toNanos());
    }

    assertThat(due).containsExactly(0, 1, 3, 7, 15, 31, 61, 91);
  }
}
