package io.zenvoy.common.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zenvoy.common.PortRange;
import io.zenvoy.common.StartupException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EnvironmentTest {
  @Test
  void whatIsAbsentOrEmptyTakesItsDefault() {
    Environment environment = new Environment(Map.of("EMPTY", " "));

    assertThat(environment.text("EMPTY", "a")).isEqualTo("a");
    assertThat(environment.port("PORT", 80)).isEqualTo(80);
    assertThat(environment.duration("AFTER", "5m")).isEqualTo(Duration.ofMinutes(5));
    assertThat(environment.flag("FLAG", "false")).isFalse();
  }

  @Test
  void everySettingThatWasAskedForIsRemembered() {
    Environment environment = new Environment(Map.of("PORT", "81"));
    environment.port("PORT", 80);
    environment.text("NAME", "");

    assertThat(environment.settings())
        .containsExactly(
            new Environment.Setting("PORT", "80"), new Environment.Setting("NAME", ""));
  }

  @Test
  void anErrorNamesKeyValueAndWhatIsExpected() {
    Environment environment =
        new Environment(
            Map.of("PORT", "http", "HIGH", "65536", "AFTER", "0s", "KIND", "x", "FLAG", "yes"));

    assertRefused(() -> environment.port("PORT", 80), "PORT: \"http\" (expected: a whole number");
    assertRefused(() -> environment.port("HIGH", 80), "HIGH: \"65536\" (expected: a whole number");
    assertRefused(() -> environment.duration("AFTER", "5m"), "AFTER: \"0s\"", "more than zero");
    assertRefused(
        () -> environment.oneOf("KIND", LogSettings.Format.TEXT), "KIND: \"x\"", "text, json");
    assertRefused(() -> environment.flag("FLAG", "true"), "FLAG: \"yes\"", "true or false");
  }

  @Test
  void aRangeOfPortsMustNotBeTheWrongWayRound() {
    Environment environment = new Environment(Map.of("MIN", "30", "MAX", "20"));

    assertRefused(
        () -> environment.portRange("MIN", 1, "MAX", 2), "MIN: \"30\"", "at most MAX, which is 20");
    assertThat(environment.portRange("A", 5, "B", 6)).isEqualTo(new PortRange(5, 6));
  }

  private static void assertRefused(Runnable reading, String... parts) {
    assertThatThrownBy(reading::run).isInstanceOf(StartupException.class).message().contains(parts);
  }
}
