package io.zenvoy.xds.workloads.kubernetes;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.workloads.EventRecorder;
import io.zenvoy.xds.workloads.kubernetes.EventBacklog.Occurrence;
import io.zenvoy.xds.workloads.kubernetes.EventBacklog.Waiting;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes Events of Services, one after the other on a thread of its own. What repeats within a
 * minute is only counted, later repetitions update the same Event's count.
 *
 * <p>What can't be written now (the API server is away, overloaded, or denies it) is written later,
 * with back-off, for ten minutes. Only a leader writes: who does not lead ignores what it is told,
 * and what it still had to write waits for the case that it leads again.
 */
final class KubernetesEvents implements EventRecorder, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KubernetesEvents.class);
  private static final Duration WRITE_LIMIT = Duration.ofSeconds(3);
  private static final Duration REPEAT_AFTER = Duration.ofMinutes(1);
  private static final Duration KEEP = Duration.ofMinutes(10);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
  private static final int MAX_DOUBLINGS = 5;
  private static final int MAX_WAITING = 1_000;
  private static final int MAX_REMEMBERED = 1_000;

  /** The API server takes 1,024 bytes. */
  private static final int MAX_MESSAGE = 1_000;

  private final EventClient client;
  private final UnaryOperator<Duration> limits;
  private final InstantSource wallClock;
  private final LongSupplier nanoTime;
  private final Counter dropped;
  private final EventBacklog backlog;
  private final Pace pace;
  private final Thread writer =
      Thread.ofVirtual().name("kubernetes-events-writer").unstarted(this::write);

  /** How often in a row the API server could not be used; owned by the writer. */
  private int failures;

  /** Owned by the writer. */
  private final Map<Occurrence, Series> remembered =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Occurrence, Series> eldest) {
          return size() > MAX_REMEMBERED;
        }
      };

  /** An Event that was written, and how often it was to be counted. */
  private record Series(String name, int count, long writtenNanos) {}

  /** What an answer means. */
  private enum Verdict {
    WRITTEN,
    /** The Event that was to be counted is not there any more. */
    FORGOTTEN,
    /** Nothing can be written now. */
    SERVER_AWAY,
    /** This one can't be written now. */
    DENIED,
    HOPELESS
  }

  /**
   * @param limits shortens what a write may take to what is left of the leadership; zero if nothing
   *     may be written
   * @param wallClock for the times in an Event
   * @param nanoTime for everything else: a clock like {@link System#nanoTime}
   */
  KubernetesEvents(
      EventClient client,
      UnaryOperator<Duration> limits,
      InstantSource wallClock,
      LongSupplier nanoTime,
      MeterRegistry registry) {
    this.client = client;
    this.limits = limits;
    this.wallClock = wallClock;
    this.nanoTime = nanoTime;
    this.pace = new Pace(nanoTime, LONGEST_PAUSE);
    this.dropped =
        Counter.builder("zenvoy_kubernetes_events_dropped")
            .description("Events that were given up: refused, too many waited, or for too long")
            .register(registry);
    this.backlog = new EventBacklog(MAX_WAITING, KEEP, nanoTime, dropped::increment);
  }

  void start() {
    writer.start();
  }

  @Override
  public void warning(ServiceKey service, String reason, String message) {
    offer(service, "Warning", reason, message);
  }

  @Override
  public void normal(ServiceKey service, String reason, String message) {
    offer(service, "Normal", reason, message);
  }

  @Override
  public void close() {
    writer.interrupt();
  }

  private void offer(ServiceKey service, String type, String reason, String message) {
    if (limits.apply(WRITE_LIMIT).isZero()) {
      return; // the leader tells it
    }
    String text =
        message.length() > MAX_MESSAGE ? message.substring(0, MAX_MESSAGE) + "…" : message;
    backlog.add(new Occurrence(service, type, reason, text), wallClock.instant());
  }

  private void write() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        write(backlog.take());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void write(Waiting event) {
    Duration limit = limits.apply(WRITE_LIMIT);
    if (limit.isZero()) {
      backlog.putBack(event);
      backlog.rest(FIRST_PAUSE);
      return;
    }
    try {
      write(event, limit);
    } catch (RuntimeException e) {
      drop(event, Reachability.reason(e));
    }
  }

  private void write(Waiting event, Duration limit) {
    Occurrence occurrence = event.occurrence();
    Series before = remembered.get(occurrence);
    long now = nanoTime.getAsLong();
    int count = event.count() + (before == null ? 0 : before.count());
    if (before != null && now - before.writtenNanos() < REPEAT_AFTER.toNanos()) {
      remembered.put(occurrence, new Series(before.name(), count, before.writtenNanos()));
      return;
    }
    Reply reply =
        before == null
            ? client.create(event, limit)
            : client.count(event, before.name(), count, limit);
    Verdict verdict = before == null ? afterCreate(reply) : afterUpdate(reply);
    failures = verdict == Verdict.SERVER_AWAY ? failures + 1 : 0;
    switch (verdict) {
      case WRITTEN -> {
        String name = before == null ? event.name() : before.name();
        remembered.put(occurrence, new Series(name, count, now));
      }
      case FORGOTTEN -> {
        // Kubernetes forgets Events after an hour.
        remembered.remove(occurrence);
        backlog.putBack(event);
      }
      case DENIED -> {
        backlog.retry(event, pause(event.attempts()));
        warn(event, client.reason(reply), "Event not written yet");
      }
      case SERVER_AWAY -> {
        backlog.putBack(event);
        backlog.rest(pause(failures - 1));
        warn(event, client.reason(reply), "Event not written yet");
      }
      case HOPELESS -> drop(event, client.reason(reply));
    }
  }

  /** A name that is taken was taken by an attempt whose answer was lost. */
  private static Verdict afterCreate(Reply reply) {
    return reply instanceof Reply.Answered answer && answer.status() == 409
        ? Verdict.WRITTEN
        : verdict(reply);
  }

  private static Verdict afterUpdate(Reply reply) {
    return reply instanceof Reply.Answered answer && answer.status() == 404
        ? Verdict.FORGOTTEN
        : verdict(reply);
  }

  private static Verdict verdict(Reply reply) {
    return switch (reply) {
      case Reply.Unanswered unanswered -> Verdict.SERVER_AWAY;
      case Reply.Answered(int status, String body) when status / 100 == 2 -> Verdict.WRITTEN;
      case Reply.Answered(int status, String body) when status >= 500 -> Verdict.SERVER_AWAY;
      case Reply.Answered(int status, String body) ->
          switch (status) {
            case 401, 429 -> Verdict.SERVER_AWAY;
            // Perhaps in this namespace alone.
            case 403, 409 -> Verdict.DENIED;
            default -> Verdict.HOPELESS;
          };
    };
  }

  /** With jitter: what failed for many at once is not to be tried by all at once again. */
  private static Duration pause(int before) {
    long full = FIRST_PAUSE.toMillis() << Math.min(before, MAX_DOUBLINGS);
    long bounded = Math.min(full, LONGEST_PAUSE.toMillis());
    return Duration.ofMillis(bounded - ThreadLocalRandom.current().nextLong(bounded / 2));
  }

  private void drop(Waiting event, String reason) {
    dropped.increment();
    warn(event, reason, "Event not written");
  }

  private void warn(Waiting event, String reason, String what) {
    if (pace.isDue()) {
      LOG.atWarn()
          .addKeyValue("service", event.occurrence().service())
          .addKeyValue("event", event.occurrence().reason())
          .addKeyValue("reason", reason)
          .log(what);
    }
  }
}
