package io.zenvoy.xds.schedule;

import com.cronutils.model.Cron;
import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

  /** Asked for many times a second, while nothing changes within a minute. */
  private volatile @Nullable Answer latest;

  private record Answer(long minute, boolean contained) {}

  private record Span(ExecutionTime begin, ExecutionTime end, ZoneId zone) {
    /** Whether the latest beginning is later than the latest end. */
    boolean contains(Instant instant) {
      ZonedDateTime time = latestOnTheClock(instant);
      Optional<ZonedDateTime> begun = latest(begin, time);
      Optional<ZonedDateTime> ended = latest(end, time);
      return begun.isPresent() && (ended.isEmpty() || begun.get().isAfter(ended.get()));
    }

    /**
     * The latest time that clocks in the zone have shown by then, as one of a day without a change
     * of clocks: what falls into an hour that is left out counts as over when it is, and in an hour
     * that comes twice nothing happens twice.
     */
    private ZonedDateTime latestOnTheClock(Instant instant) {
      ZonedDateTime time = instant.atZone(zone);
      ZoneOffsetTransition change = zone.getRules().getTransition(time.toLocalDateTime());
      LocalDateTime shown =
          change != null && time.getOffset().equals(change.getOffsetAfter())
              ? change.getDateTimeBefore().minusNanos(1)
              : time.toLocalDateTime();
      return shown.atZone(ZoneOffset.UTC);
    }

    private static Optional<ZonedDateTime> latest(ExecutionTime times, ZonedDateTime time) {
      return times.isMatch(time) ? Optional.of(time) : times.lastExecution(time);
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
    return new Span(times(matcher.group(1)), times(matcher.group(2)), zone(matcher.group(3)));
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
    long minute = Math.floorDiv(instant.getEpochSecond(), 60);
    Answer answer = latest;
    if (answer == null || answer.minute() != minute) {
      answer = new Answer(minute, spans.stream().anyMatch(span -> span.contains(instant)));
      latest = answer;
    }
    return answer.contained();
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
