package io.zenvoy.tproxy.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class DialTest {
  @Test
  void attemptsFollowEachOtherQuicklyForASecondAndMoreSlowlyLater() {
    assertThat(IntStream.rangeClosed(1, 7).mapToLong(Dial::pauseMillis))
        .containsExactly(1L, 2L, 4L, 8L, 16L, 20L, 20L);
    assertThat(IntStream.rangeClosed(1, 55).mapToLong(Dial::pauseMillis).sum())
        .isBetween(900L, 1200L);
    assertThat(IntStream.of(56, 57, 58, 59, 60, 1000).mapToLong(Dial::pauseMillis))
        .containsExactly(40L, 80L, 160L, 250L, 250L, 250L);
  }
}
