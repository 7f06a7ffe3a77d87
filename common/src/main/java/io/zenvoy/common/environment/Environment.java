package io.zenvoy.common.environment;

import io.zenvoy.common.Durations;
import io.zenvoy.common.PortRange;
import io.zenvoy.common.StartupException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Reads typed settings from environment variables. A variable that is absent or empty takes its
 * default. Every setting that was asked for is remembered in order, so that documentation can be
 * tested against the code.
 *
 * <p>Not thread-safe: it is used once, by the composition root.
 */
public final class Environment {
  private static final String A_DURATION = "a duration such as 30s, 5m or 1h30m";

  private final Map<String, String> variables;
  private final List<Setting> settings = new ArrayList<>();

  public Environment(Map<String, String> variables) {
    this.variables = Map.copyOf(variables);
  }

  /**
   * One setting that was read.
   *
   * @param defaultValue as a user would write it; empty if there is none
   */
  public record Setting(String key, String defaultValue) {}

  /** What was read so far, in order. */
  public List<Setting> settings() {
    return List.copyOf(settings);
  }

  /** A setting without further rules; empty if it is absent and has no default. */
  public String text(String key, String defaultValue) {
    settings.add(new Setting(key, defaultValue));
    String value = variables.getOrDefault(key, "").strip();
    return value.isEmpty() ? defaultValue : value;
  }

  /**
   * A whole number.
   *
   * @throws StartupException if it is not a number from {@code min} to {@code max}
   */
  public int number(String key, int defaultValue, int min, int max) {
    String expected = "a whole number from " + min + " to " + max;
    int number = parsed(key, Integer.toString(defaultValue), expected, Integer::parseInt);
    if (number < min || number > max) {
      throw invalid(key, Integer.toString(number), expected);
    }
    return number;
  }

  /** A TCP port from 1 to 65535. */
  public int port(String key, int defaultValue) {
    return number(key, defaultValue, 1, 65535);
  }

  /**
   * A range of ports whose ends are two settings.
   *
   * @throws StartupException if one is not a port or they are the wrong way round
   */
  public PortRange portRange(String minKey, int defaultMin, String maxKey, int defaultMax) {
    int min = port(minKey, defaultMin);
    int max = port(maxKey, defaultMax);
    if (min > max) {
      throw invalid(minKey, Integer.toString(min), "at most " + maxKey + ", which is " + max);
    }
    return new PortRange(min, max);
  }

  /** {@code true} or {@code false}. */
  public boolean flag(String key, String defaultValue) {
    return parsed(
        key,
        defaultValue,
        "true or false",
        value ->
            switch (value) {
              case "true" -> true;
              case "false" -> false;
              default -> throw new IllegalArgumentException(value);
            });
  }

  /** A duration of at least one millisecond. */
  public Duration duration(String key, String defaultValue) {
    Duration duration = durationOrZero(key, defaultValue);
    if (duration.isZero()) {
      throw invalid(key, "0s", A_DURATION + ", more than zero");
    }
    return duration;
  }

  /** A duration that may be zero. */
  public Duration durationOrZero(String key, String defaultValue) {
    return parsed(key, defaultValue, A_DURATION, Durations::parse);
  }

  /** One of an enum's constants, written in lower case. */
  public <E extends Enum<E>> E oneOf(String key, E defaultValue) {
    Class<E> type = defaultValue.getDeclaringClass();
    String expected =
        "one of "
            + Arrays.stream(type.getEnumConstants())
                .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
    return parsed(
        key,
        defaultValue.name().toLowerCase(Locale.ROOT),
        expected,
        value -> Enum.valueOf(type, value.toUpperCase(Locale.ROOT)));
  }

  /**
   * A value read by a parser that throws {@link IllegalArgumentException} for what it does not
   * take.
   *
   * @param expected what the setting takes, for the message
   */
  public <T> T parsed(
      String key, String defaultValue, String expected, Function<String, T> parser) {
    String value = text(key, defaultValue);
    try {
      return parser.apply(value);
    } catch (IllegalArgumentException e) {
      throw invalid(key, value, expected);
    }
  }

  /**
   * What a text file holds that a setting names; empty if it names none.
   *
   * @param longest in characters
   * @throws StartupException if it can't be read or holds more
   */
  public Optional<String> file(String key, int longest) {
    String expected = "a text file of " + longest + " characters at most";
    return parsed(
        key,
        "",
        expected,
        name -> {
          if (name.isEmpty()) {
            return Optional.empty();
          }
          try {
            String text = Files.readString(Path.of(name));
            if (text.length() > longest) {
              throw new IllegalArgumentException(name);
            }
            return Optional.of(text);
          } catch (IOException e) {
            throw new IllegalArgumentException(e);
          }
        });
  }

  /** The error for a setting whose value is not usable. */
  public static StartupException invalid(String key, String value, String expected) {
    return new StartupException(key + ": \"" + value + "\" (expected: " + expected + ")");
  }
}
