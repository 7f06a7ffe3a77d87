package io.zenvoy.xds.workloads.kubernetes;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.zenvoy.xds.model.ServiceKey;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Events that wait to be written, the oldest first. What repeats while it waits is counted and
 * takes no further place. Bounded in number and in time: what is older than that, or the oldest
 * when one more comes, is dropped. Thread-safe.
 */
final class EventBacklog {
  private final int limit;
  private final Duration keep;
  private final LongSupplier nanoTime;
  private final Runnable onDropped;

  @GuardedBy("this")
  private final LinkedHashMap<Occurrence, Waiting> waiting = new LinkedHashMap<>();

  @GuardedBy("this")
  private long restUntilNanos;

  /** What happened to whom; two that are equal are the same thing that happened again. */
  record Occurrence(ServiceKey service, String type, String reason, String message) {}

  /**
   * An Event that was not written yet.
   *
   * @param name of the object, the same in every attempt: one whose answer was lost is not repeated
   * @param count how often it happened while it waited
   * @param first when, by the wall clock
   * @param last when, by the wall clock
   * @param attempts how many have failed
   * @param lastNanos when it happened last, by the monotonic clock
   * @param dueNanos when the next attempt may begin
   */
  record Waiting(
      Occurrence occurrence,
      String name,
      int count,
      Instant first,
      Instant last,
      int attempts,
      long lastNanos,
      long dueNanos) {
    private static Waiting of(Occurrence occurrence, Instant now, long nanos) {
      // Not made of a clock, which may stand still or jump back: the name must be new.
      String name =
          "%s.%016x".formatted(occurrence.service().name(), ThreadLocalRandom.current().nextLong());
      return new Waiting(occurrence, name, 1, now, now, 0, nanos, nanos);
    }

    private Waiting again(int times, Instant now, long nanos) {
      return new Waiting(occurrence, name, count + times, first, now, attempts, nanos, dueNanos);
    }

    private Waiting failed(long nextNanos) {
      return new Waiting(occurrence, name, count, first, last, attempts + 1, lastNanos, nextNanos);
    }
  }

  /**
   * @param limit how many may wait
   * @param keep for how long after it has happened last
   * @param nanoTime a clock like {@link System#nanoTime}
   * @param onDropped run for each that is dropped; must not block
   */
  EventBacklog(int limit, Duration keep, LongSupplier nanoTime, Runnable onDropped) {
    this.limit = limit;
    this.keep = keep;
    this.nanoTime = nanoTime;
    this.onDropped = onDropped;
    this.restUntilNanos = nanoTime.getAsLong();
  }

  /** Adds what has just happened. */
  synchronized void add(Occurrence occurrence, Instant now) {
    long nanos = nanoTime.getAsLong();
    Waiting before = waiting.get(occurrence);
    if (before != null) {
      waiting.put(occurrence, before.again(1, now, nanos));
      return;
    }
    if (waiting.size() >= limit) {
      waiting.pollFirstEntry();
      onDropped.run();
    }
    waiting.put(occurrence, Waiting.of(occurrence, now, nanos));
    notifyAll();
  }

  /** Removes the oldest that is due, as soon as there is one. */
  synchronized Waiting take() throws InterruptedException {
    while (true) {
      Optional<Waiting> due = poll();
      if (due.isPresent()) {
        return due.get();
      }
      if (waiting.isEmpty()) {
        wait();
      } else {
        TimeUnit.NANOSECONDS.timedWait(this, untilNextNanos());
      }
    }
  }

  /** Removes the oldest that is due; empty if there is none. */
  synchronized Optional<Waiting> poll() {
    long now = nanoTime.getAsLong();
    dropOutdated(now);
    if (restUntilNanos - now > 0) {
      return Optional.empty();
    }
    Optional<Waiting> due =
        waiting.values().stream().filter(one -> one.dueNanos() - now <= 0).findFirst();
    due.ifPresent(one -> waiting.remove(one.occurrence()));
    return due;
  }

  /** Brings back what was taken and could not be written: it is due again after a while. */
  synchronized void retry(Waiting taken, Duration pause) {
    putBack(taken.failed(nanoTime.getAsLong() + pause.toNanos()));
  }

  /** Brings back what was taken, as it was. */
  synchronized void putBack(Waiting taken) {
    Waiting back = taken;
    Waiting newer = waiting.remove(taken.occurrence());
    if (newer != null) {
      back = back.again(newer.count(), newer.last(), newer.lastNanos());
    }
    if (waiting.size() >= limit) {
      onDropped.run(); // it is the oldest itself
      return;
    }
    waiting.putFirst(back.occurrence(), back);
    notifyAll();
  }

  /** Nothing is due before a while has passed. */
  synchronized void rest(Duration pause) {
    restUntilNanos = nanoTime.getAsLong() + pause.toNanos();
  }

  @GuardedBy("this")
  private void dropOutdated(long now) {
    waiting
        .values()
        .removeIf(
            one -> {
              boolean outdated = now - one.lastNanos() > keep.toNanos();
              if (outdated) {
                onDropped.run();
              }
              return outdated;
            });
  }

  @GuardedBy("this")
  private long untilNextNanos() {
    long now = nanoTime.getAsLong();
    long next =
        waiting.values().stream()
            .mapToLong(one -> one.dueNanos() - now)
            .min()
            .orElseThrow(IllegalStateException::new);
    // At least a millisecond: a shorter wait would be none at all.
    return Math.max(TimeUnit.MILLISECONDS.toNanos(1), Math.max(next, restUntilNanos - now));
  }
}
