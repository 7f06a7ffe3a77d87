package io.zenvoy.cli.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LogEventTest {
  @Test
  void aLineOfLogbacksJsonEncoderIsRead() {
    LogEvent event =
        LogEvent.parse(
                """
                {"timestamp":1795406253512,"level":"INFO","threadName":"main","loggerName":"io.zenvoy.X","mdc": {},"kvpList": [{"service":"hello"},{"pid":"123"},{"output":"a\\n\\"b\\""}],"formattedMessage":"process started","throwable":null}""")
            .orElseThrow();
    assertThat(event.time()).isEqualTo(Instant.ofEpochMilli(1795406253512L));
    assertThat(event.level()).isEqualTo(LogEvent.Level.INFO);
    assertThat(event.is("process started", "hello")).isTrue();
    assertThat(event.is("process started", "other")).isFalse();
    assertThat(event.value("pid")).isEqualTo("123");
    assertThat(event.value("output")).isEqualTo("a\n\"b\"");
    assertThat(event.value("absent")).isEmpty();
  }

  @Test
  void anEventWithoutPairsAndWithACauseIsRead() {
    LogEvent event =
        LogEvent.parse(
                """
                {"timestamp":1,"level":"WARN","mdc": {},"formattedMessage":"bad","throwable":{"className":"java.lang.RuntimeException","message":"x","stepArray":[]}}""")
            .orElseThrow();
    assertThat(event.text()).isEqualTo("WARN bad (java.lang.RuntimeException: x)");
  }

  @Test
  void aServiceIsKnownWithAndWithoutItsNamespace() {
    LogEvent event =
        LogEvent.parse(
                """
                {"timestamp":1,"level":"INFO","kvpList":[{"service":"local/hello"}],"formattedMessage":"asleep"}""")
            .orElseThrow();
    assertThat(event.isAbout("hello")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "xds-server: XDS_PORT: \"x\" (expected: a port)",
        "{",
        "{}",
        "{\"timestamp\":\"x\",\"formattedMessage\":\"y\",\"level\":\"INFO\"}",
        "{\"timestamp\":1,\"formattedMessage\":\"y\",\"level\":\"LOUD\"}"
      })
  void anyOtherLineIsNoEvent(String line) {
    assertThat(LogEvent.parse(line)).isEmpty();
  }
}
