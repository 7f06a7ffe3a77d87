package io.zenvoy.xds.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.util.List;
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

  @ParameterizedTest
  @CsvSource({
    // Berlin's clocks go from 02:00 to 03:00 on 2026-03-29, at 01:00 UTC.
    "30 1 * * * to 0 4 * * *, 2026-03-29T00:30:00Z, true",
    "30 1 * * * to 0 4 * * *, 2026-03-29T01:59:59Z, true",
    "30 1 * * * to 0 4 * * *, 2026-03-29T02:00:00Z, false",
    "0 22 * * * to 0 6 * * *, 2026-03-29T03:59:59Z, true",
    "0 22 * * * to 0 6 * * *, 2026-03-29T04:00:00Z, false",
    // What would begin or end in the hour that is left out does so right after it.
    "30 2 * * * to 0 6 * * *, 2026-03-29T00:59:59Z, false",
    "30 2 * * * to 0 6 * * *, 2026-03-29T01:30:00Z, true",
    "30 2 * * * to 0 6 * * *, 2026-03-29T03:59:59Z, true",
    "0 0 * * * to 30 2 * * *, 2026-03-29T00:59:59Z, true",
    "0 0 * * * to 30 2 * * *, 2026-03-29T01:30:00Z, false",
    // They go from 03:00 back to 02:00 on 2026-10-25, at 01:00 UTC.
    "30 2 * * * to 0 6 * * *, 2026-10-25T00:29:59Z, false",
    "30 2 * * * to 0 6 * * *, 2026-10-25T00:30:00Z, true",
    "30 2 * * * to 0 6 * * *, 2026-10-25T01:10:00Z, true",
    "30 2 * * * to 0 6 * * *, 2026-10-25T04:59:59Z, true",
    "30 2 * * * to 0 6 * * *, 2026-10-25T05:00:00Z, false",
    "0 22 * * * to 0 6 * * *, 2026-10-25T04:59:59Z, true",
    "0 22 * * * to 0 6 * * *, 2026-10-25T05:00:00Z, false"
  })
  void aSpanKeepsToTheClocksOfItsZoneWhenTheyAreChanged(
      String span, Instant instant, boolean contained) {
    assertThat(AwakeTimes.parse(span + " Europe/Berlin").contain(instant)).isEqualTo(contained);
  }

  @Test
  void severalSpansAddUp() {
    AwakeTimes both = AwakeTimes.parse("0 8 * * * to 0 9 * * *; 0 20 * * * to 0 21 * * *");

    assertThat(both.contain(Instant.parse("2026-03-02T08:30:00Z"))).isTrue();
    assertThat(both.contain(Instant.parse("2026-03-02T20:30:00Z"))).isTrue();
    assertThat(both.contain(Instant.parse("2026-03-02T12:00:00Z"))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    // Clocks go from 02:00 to 03:00 in this moment: 01:00Z.
    "0 1 * * * to 30 2 * * *, 2026-03-28T23:59:59Z, false",
    "0 1 * * * to 30 2 * * *, 2026-03-29T00:00:00Z, true",
    "0 1 * * * to 30 2 * * *, 2026-03-29T00:59:59Z, true",
    "0 1 * * * to 30 2 * * *, 2026-03-29T01:00:00Z, false",
    "0 1 * * * to 30 2 * * *, 2026-03-29T12:00:00Z, false",
    "30 2 * * * to 0 4 * * *, 2026-03-29T00:59:59Z, false",
    "30 2 * * * to 0 4 * * *, 2026-03-29T01:00:00Z, true",
    "30 2 * * * to 0 4 * * *, 2026-03-29T01:59:59Z, true",
    "30 2 * * * to 0 4 * * *, 2026-03-29T02:00:00Z, false",
    "10 2 * * * to 50 2 * * *, 2026-03-29T01:00:00Z, false",
    // Clocks go from 03:00 to 02:00 in this moment: 01:00Z.
    "0 1 * * * to 30 2 * * *, 2026-10-25T00:29:59Z, true",
    "0 1 * * * to 30 2 * * *, 2026-10-25T00:30:00Z, false",
    "0 1 * * * to 30 2 * * *, 2026-10-25T01:15:00Z, false",
    "0 1 * * * to 30 2 * * *, 2026-10-25T01:45:00Z, false",
    "30 2 * * * to 30 3 * * *, 2026-10-25T00:29:59Z, false",
    "30 2 * * * to 30 3 * * *, 2026-10-25T00:30:00Z, true",
    "30 2 * * * to 30 3 * * *, 2026-10-25T01:15:00Z, true",
    "30 2 * * * to 30 3 * * *, 2026-10-25T02:29:59Z, true",
    "30 2 * * * to 30 3 * * *, 2026-10-25T02:30:00Z, false",
    "30 2 * * * to 45 2 * * *, 2026-10-25T01:35:00Z, false",
  })
  void noTimeIsLostOrComesTwiceWhenClocksAreChanged(
      String span, Instant instant, boolean contained) {
    AwakeTimes times = AwakeTimes.parse(span + " Europe/Berlin");

    assertThat(times.contain(instant)).isEqualTo(contained);
  }

  @Test
  void aDayThatNeverComesIsInNoSpan() {
    assertThat(AwakeTimes.parse("0 8 30 2 * to 0 9 30 2 *").begun(Instant.EPOCH)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"2026-03-28T12:00:00Z", "2026-10-24T12:00:00Z", "2026-07-01T12:00:00Z"})
  void whatIsRememberedFromOneLookToTheNextIsWhatANewLookFinds(Instant start) {
    for (String text :
        List.of(
            "0 1 * * * to 30 2 * * * Europe/Berlin",
            "30 2 * * * to 0 4 * * * Europe/Berlin; 15 2 * * * to 20 2 * * * Europe/Berlin",
            "*/7 * * * * to 3-59/7 * * * *")) {
      AwakeTimes asked = AwakeTimes.parse(text);
      for (int minutes = 0; minutes < 26 * 60; minutes += 19) {
        Instant instant = start.plusSeconds(minutes * 60L + minutes % 60);
        assertThat(asked.begun(instant))
            .as("%s at %s", text, instant)
            .isEqualTo(AwakeTimes.parse(text).begun(instant));
      }
      assertThat(asked.begun(start)).isEqualTo(AwakeTimes.parse(text).begun(start));
    }
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
