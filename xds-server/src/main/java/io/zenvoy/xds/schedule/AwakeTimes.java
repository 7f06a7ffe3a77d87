package io.zenvoy.xds.schedule;

import com.cronutils.model.Cron;
import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Spans of time, each from one cron expression's times to the next of another's, in a time zone.
 * Two that were written alike are equal. Thread-safe.
 *
 * @see <a href="https://man7.org/linux/man-pages/man5/crontab.5.html">crontab(5)</a>
 */
public final class AwakeTimes {
  private static final CronParser PARSER =
      new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));
  private static final Pattern SPAN =
      Pattern.compile("(.+)\\sto\\s((?:\\S+\\s+){4}\\S+)(?:\\s+(\\S+))?");

  private final String text;
  private final List<Span> spans;

  /** What was found last: it is asked many times a second and changes a few times a day. */
  private volatile Stretch latest = new Stretch(Instant.MAX, Instant.MAX, Optional.empty());

  private record Span(CronTimes begins, CronTimes ends) {
    /** Since when the span lasts in which an instant lies. */
    Optional<Instant> begun(Instant instant) {
      Optional<Instant> begun = begins.latest(instant);
      Optional<Instant> ended = ends.latest(instant);
      return begun.filter(begin -> ended.isEmpty() || begin.isAfter(ended.get()));
    }

    Stream<Instant> changesAfter(Instant instant) {
      return Stream.of(begins, ends).flatMap(times -> times.next(instant).stream());
    }
  }

  /** Nothing changes from one instant to another. */
  private record Stretch(Instant from, Instant until, Optional<Instant> begun) {
    boolean contains(Instant instant) {
      return !instant.isBefore(from) && instant.isBefore(until);
    }
  }

  private AwakeTimes(String text, List<Span> spans) {
    this.text = text;
    this.spans = spans;
  }

  /**
   * Reads spans such as {@code 0 8 * * mon-fri to 0 18 * * mon-fri Europe/Berlin}, separated by
   * semicolons; without a zone UTC holds.
   *
   * @throws IllegalArgumentException if that is not what the text is
   */
  public static AwakeTimes parse(String text) {
    return new AwakeTimes(
        text, Arrays.stream(text.split(";", -1)).map(String::strip).map(AwakeTimes::span).toList());
  }

  private static Span span(String text) {
    Matcher matcher = SPAN.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(text);
    }
    ZoneId zone = zone(matcher.group(3));
    return new Span(
        new CronTimes(times(matcher.group(1)), zone), new CronTimes(times(matcher.group(2)), zone));
  }

  private static ExecutionTime times(String expression) {
    Cron cron = PARSER.parse(expression.strip());
    return ExecutionTime.forCron(cron.validate());
  }

  private static ZoneId zone(@Nullable String name) {
    try {
      return name == null ? ZoneId.of("UTC") : ZoneId.of(name);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(name, e);
    }
  }

  /**
   * Whether an instant lies in any of the spans: their beginning belongs to them, their end does
   * not.
   */
  public boolean contain(Instant instant) {
    return begun(instant).isPresent();
  }

  /**
   * When the span began in which an instant lies; the latest beginning if it lies in several, empty
   * if in none. Cheap when asked for instants that follow each other.
   */
  public Optional<Instant> begun(Instant instant) {
    Stretch found = latest;
    if (!found.contains(instant)) {
      found = look(instant);
      latest = found;
    }
    return found.begun();
  }

  private Stretch look(Instant instant) {
    return new Stretch(
        instant,
        spans.stream()
            .flatMap(span -> span.changesAfter(instant))
            .min(Comparator.naturalOrder())
            .orElse(Instant.MAX),
        spans.stream()
            .flatMap(span -> span.begun(instant).stream())
            .max(Comparator.naturalOrder()));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof AwakeTimes times && times.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
