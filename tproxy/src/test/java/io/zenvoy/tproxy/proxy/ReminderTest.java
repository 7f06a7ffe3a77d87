package io.zenvoy.tproxy.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class ReminderTest {
  @Test
  void isDueAtOnceAndAgainAfterAMinute() {
    Reminder reminder = new Reminder();
    long now = Long.MAX_VALUE - 1;
    assertThat(reminder.isDue(now)).isTrue();
    assertThat(reminder.isDue(now)).isFalse();
    now += Duration.ofSeconds(59).toNanos();
    assertThat(reminder.isDue(now)).isFalse();
    now += Duration.ofSeconds(1).toNanos();
    assertThat(reminder.isDue(now)).isTrue();
  }
}
