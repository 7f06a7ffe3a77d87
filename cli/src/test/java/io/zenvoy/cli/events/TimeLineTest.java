package io.zenvoy.cli.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class TimeLineTest {
  private static final Instant SENT = Instant.parse("2026-11-01T12:00:00.100900Z");
  private static final TimeLine TIME_LINE = new TimeLine("hello", SENT, SENT.plusMillis(412), 200);

  @Test
  void eachStepIsALineInTheOrderOfTimeWithItsMilliseconds() {
    assertThat(
            TIME_LINE.render(
                List.of(
                    event(9, "process started", Map.of("pid", "77", "port", "40001")),
                    event(2, "parked", Map.of()),
                    event(4, "waking", Map.of()),
                    event(400, "process ready", Map.of("port", "40001")),
                    event(403, "released", Map.of("endpoint", "127.0.0.1:40001")),
                    event(500, "asleep", Map.of()))))
        .containsExactly(
            "      +0 ms  request sent",
            "      +2 ms  parked by tproxy: nothing is read until the upstream is there",
            "      +4 ms  xds-server wakes the service",
            "      +9 ms  upstream process started (pid 77)",
            "    +400 ms  upstream ready (port 40001 open)",
            "    +403 ms  forwarded to 127.0.0.1:40001",
            "    +412 ms  answered: 200");
  }

  @Test
  void withinOneMillisecondCauseComesBeforeEffect() {
    assertThat(
            TIME_LINE.render(List.of(event(0, "waking", Map.of()), event(0, "parked", Map.of()))))
        .extracting(line -> line.substring(13).split("[ :]", 2)[0])
        .containsExactly("request", "parked", "xds-server", "answered");
  }

  @Test
  void whatHappenedBeforeOrToOtherServicesDoesNotCount() {
    LogEvent earlier = event(-1, "parked", Map.of());
    LogEvent other =
        new LogEvent(
            SENT.plusMillis(5), LogEvent.Level.INFO, "parked", Map.of("service", "other"), "");
    assertThat(TIME_LINE.render(List.of(earlier, other))).hasSize(2);
  }

  @Test
  void missingStepsAreNamed() {
    assertThat(
            TIME_LINE.missing(
                List.of(event(2, "parked", Map.of()), event(9, "process started", Map.of()))))
        .containsExactly("process ready", "released");
  }

  private static LogEvent event(long millis, String message, Map<String, String> values) {
    Map<String, String> all = new HashMap<>(values);
    all.put("service", "hello");
    return new LogEvent(
        TIME_LINE.sent().plusMillis(millis), LogEvent.Level.INFO, message, Map.copyOf(all), "");
  }
}
