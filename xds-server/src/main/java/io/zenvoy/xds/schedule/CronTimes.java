package io.zenvoy.xds.schedule;

import com.cronutils.model.time.ExecutionTime;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.util.Optional;

/**
 * The times of a cron expression in a time zone, reckoned by what clocks on the wall there show:
 * one that is left out when clocks go forward is the moment after, and one that comes twice when
 * they go back is the first. The cron library by itself forgets the former.
 */
record CronTimes(ExecutionTime times, ZoneId zone) {
  /** The latest one at an instant or before. */
  Optional<Instant> latest(Instant instant) {
    ZonedDateTime shown = shown(instant);
    return (times.isMatch(shown) ? Optional.of(shown) : times.lastExecution(shown))
        .map(this::instant);
  }

  /** The first one after an instant. */
  Optional<Instant> next(Instant instant) {
    return times.nextExecution(shown(instant)).map(this::instant);
  }

  /**
   * The last minute that clocks have shown up to an instant: while the hour that comes twice comes
   * for the second time, its end. By UTC, in which nothing is left out or comes twice.
   */
  private ZonedDateTime shown(Instant instant) {
    LocalDateTime local = LocalDateTime.ofInstant(instant, zone);
    ZoneOffsetTransition change = zone.getRules().getTransition(local);
    if (change != null && change.isOverlap() && !instant.isBefore(change.getInstant())) {
      local = change.getDateTimeBefore().minusNanos(1);
    }
    return local.truncatedTo(ChronoUnit.MINUTES).atZone(ZoneOffset.UTC);
  }

  private Instant instant(ZonedDateTime shown) {
    LocalDateTime local = shown.toLocalDateTime();
    ZoneOffsetTransition change = zone.getRules().getTransition(local);
    return change != null && change.isGap() ? change.getInstant() : local.atZone(zone).toInstant();
  }
}
