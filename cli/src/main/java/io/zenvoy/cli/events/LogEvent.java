package io.zenvoy.cli.events;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One event of a program's log.
 *
 * @param time by the clock of this machine, in whole milliseconds
 * @param values the event's keys and values, in the order in which they were logged
 * @param cause the exception behind it in one line; empty if there is none
 */
public record LogEvent(
    Instant time, Level level, String message, Map<String, String> values, String cause) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** How grave an event is, from the least to the most. */
  public enum Level {
    TRACE,
    DEBUG,
    INFO,
    WARN,
    ERROR
  }

  /**
   * Reads a line of a log with {@code LOG_FORMAT=json}, as logback's JsonEncoder writes it.
   *
   * @return empty if the line is something else
   */
  public static Optional<LogEvent> parse(String line) {
    if (!line.startsWith("{")) {
      return Optional.empty();
    }
    try {
      JsonNode event = JSON.readTree(line);
      if (!event.path("timestamp").isNumber() || !event.path("formattedMessage").isTextual()) {
        return Optional.empty();
      }
      return Optional.of(
          new LogEvent(
              Instant.ofEpochMilli(event.path("timestamp").asLong()),
              Level.valueOf(event.path("level").asText()),
              event.path("formattedMessage").asText(),
              values(event.path("kvpList")),
              cause(event.path("throwable"))));
    } catch (JsonProcessingException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Map<String, String> values(JsonNode pairs) {
    Map<String, String> values = new LinkedHashMap<>();
    for (JsonNode pair : pairs) {
      pair.properties().forEach(entry -> values.put(entry.getKey(), entry.getValue().asText()));
    }
    return values;
  }

  private static String cause(JsonNode throwable) {
    if (!throwable.isObject()) {
      return "";
    }
    return (throwable.path("className").asText("") + ": " + throwable.path("message").asText(""))
        .strip();
  }

  /** The value of a key; empty text if the event has none. */
  public String value(String key) {
    return values.getOrDefault(key, "");
  }

  /** Whether this is the event of a name, for one service. */
  public boolean is(String message, String service) {
    return this.message.equals(message) && isAbout(service);
  }

  /** Whether the event belongs to a local service, which is named with or without its namespace. */
  public boolean isAbout(String service) {
    String named = value("service");
    return named.equals(service) || named.equals("local/" + service);
  }

  /** Level, message, values and cause in one line. */
  public String text() {
    String pairs =
        values.entrySet().stream()
            .map(entry -> " " + entry.getKey() + "=" + entry.getValue())
            .collect(Collectors.joining());
    return level + " " + message + pairs + (cause.isEmpty() ? "" : " (" + cause + ")");
  }
}
