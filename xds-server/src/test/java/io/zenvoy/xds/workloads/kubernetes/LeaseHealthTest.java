package io.zenvoy.xds.workloads.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LeaseHealthTest {
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000); // which overflows
  private final LeaseHealth health = new LeaseHealth(nanos::get);

  @Test
  void nobodyIsReadyBeforeTheLeaseCanBeUsed() {
    assertThat(health.unready())
        .isEqualTo("the Lease zenvoy-xds can't be used: it was not read yet");

    health.failed("HTTP 403");
    assertThat(health.unready()).isEqualTo("the Lease zenvoy-xds can't be used: HTTP 403");

    health.goesOn();
    assertThat(health.unready()).isEmpty();
  }

  @Test
  void itStaysReadyThroughTenSecondsOfFailures() {
    health.goesOn();
    for (int second = 1; second < 10; second++) {
      pass(Duration.ofSeconds(1));
      health.failed("HTTP 403");
      assertThat(health.unready()).isEmpty();
    }

    pass(Duration.ofSeconds(1));

    assertThat(health.unready()).isEqualTo("the Lease zenvoy-xds can't be used for 10 s: HTTP 403");
  }

  @Test
  void itIsReadyAgainAsSoonAsTheContestGoesOn() {
    health.goesOn();
    health.failed("HTTP 403");
    pass(Duration.ofMinutes(1));
    assertThat(health.unready()).isNotEmpty();

    health.goesOn();

    assertThat(health.unready()).isEmpty();
    pass(Duration.ofSeconds(9));
    assertThat(health.unready()).isEmpty();
  }

  @Test
  void whoSaysNothingAtAllIsNotReadyEither() {
    health.goesOn();
    pass(Duration.ofSeconds(11));

    assertThat(health.unready())
        .isEqualTo("the Lease zenvoy-xds can't be used for 11 s: no request has ended");
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }
}
