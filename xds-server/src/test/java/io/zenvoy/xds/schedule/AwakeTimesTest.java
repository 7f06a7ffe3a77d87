package io.zenvoy.xds.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AwakeTimesTest {
  private static final String OFFICE = "0 8 * * mon-fri to 0 18 * * mon-fri Europe/Berlin";

  @ParameterizedTest
  @CsvSource({
    // A Monday in winter: Berlin is an hour ahead of UTC.
    "2026-03-02T06:59:59Z, false",
    "2026-03-02T07:00:00Z, true",
    "2026-03-02T07:00:01Z, true",
    "2026-03-02T16:59:59Z, true",
    "2026-03-02T17:00:00Z, false",
    "2026-03-07T10:00:00Z, false",
    // In summer it is two hours ahead.
    "2026-07-06T06:00:00Z, true",
    "2026-07-06T16:00:00Z, false"
  })
  void aSpanLastsFromItsBeginningToItsEndInItsZone(Instant instant, boolean contained) {
    assertThat(AwakeTimes.parse(OFFICE).contain(instant)).isEqualTo(contained);
  }

  @Test
  void aSpanMayLastOverMidnightAndWithoutAZoneIsInUtc() {
    AwakeTimes night = AwakeTimes.parse("0 22 * * * to 0 6 * * *");

    assertThat(night.contain(Instant.parse("2026-03-02T23:30:00Z"))).isTrue();
    assertThat(night.contain(Instant.parse("2026-03-03T05:59:00Z"))).isTrue();
    assertThat(night.contain(Instant.parse("2026-03-03T12:00:00Z"))).isFalse();
  }

  @Test
  void severalSpansAddUp() {
    AwakeTimes both = AwakeTimes.parse("0 8 * * * to 0 9 * * *; 0 20 * * * to 0 21 * * *");

    assertThat(both.contain(Instant.parse("2026-03-02T08:30:00Z"))).isTrue();
    assertThat(both.contain(Instant.parse("2026-03-02T20:30:00Z"))).isTrue();
    assertThat(both.contain(Instant.parse("2026-03-02T12:00:00Z"))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0 8 * * *",
        "0 8 * * * to",
        "0 8 * * * to 0 9 * *",
        "0 25 * * * to 0 9 * * *",
        "0 8 * * * to 0 9 * * * Europe/Nowhere",
        "0 8 * * * to 0 9 * * *;"
      })
  void whatIsNoSpanIsRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> AwakeTimes.parse(text));
  }
}
