package io.zenvoy.cli.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class EventLinesTest {
  private static final Instant NOON = Instant.parse("2026-11-01T12:00:00.123Z");

  private final EventLines lines = new EventLines(ZoneOffset.UTC);

  @Test
  void whatAServiceGoesThroughIsTold() {
    assertThat(
            lines.render(
                event(
                    LogEvent.Level.INFO,
                    "released",
                    Map.of("service", "hello", "endpoint", "127.0.0.1:9001", "waited_ms", "212"))))
        .contains("12:00:00.123  hello: forwarded to 127.0.0.1:9001 after 212 ms");
  }

  @Test
  void theLastOutputOfAFailedProcessIsShownIndented() {
    assertThat(
            lines.render(
                event(
                    LogEvent.Level.WARN,
                    "process exited before its port opened",
                    Map.of("service", "hello", "exit_code", "3", "output", "no config\nbye"))))
        .contains(
            "12:00:00.123  hello: the process exited with code 3 before its port opened; its last"
                + " output:\n    | no config\n    | bye");
  }

  @Test
  void anUnknownEventIsToldOnlyIfItIsAWarning() {
    Map<String, String> values = Map.of("reason", "x");
    assertThat(lines.render(event(LogEvent.Level.INFO, "routing table received", values)))
        .isEmpty();
    assertThat(lines.render(event(LogEvent.Level.WARN, "metrics stream lost", values)))
        .contains("12:00:00.123  WARN metrics stream lost reason=x");
  }

  private static LogEvent event(LogEvent.Level level, String message, Map<String, String> values) {
    return new LogEvent(NOON, level, message, values, "");
  }
}
