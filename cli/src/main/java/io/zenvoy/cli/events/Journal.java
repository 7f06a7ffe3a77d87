package io.zenvoy.cli.events;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** The latest events of all programs, which can be waited for. Thread-safe. */
public final class Journal {
  private static final int MAX_EVENTS = 1000;

  @GuardedBy("this")
  private final Deque<LogEvent> events = new ArrayDeque<>();

  @GuardedBy("this")
  private Consumer<LogEvent> follower = event -> {};

  /** Adds an event and tells who follows. */
  public synchronized void add(LogEvent event) {
    events.addLast(event);
    if (events.size() > MAX_EVENTS) {
      events.removeFirst();
    }
    follower.accept(event);
    notifyAll();
  }

  /** Hands every later event to the follower, one at a time. */
  public synchronized void follow(Consumer<LogEvent> follower) {
    this.follower = follower;
  }

  /** The events from a moment on, by their time; those of one program keep their order. */
  public synchronized List<LogEvent> since(Instant moment) {
    return events.stream()
        .filter(event -> !event.time().isBefore(moment))
        .sorted((one, other) -> one.time().compareTo(other.time()))
        .toList();
  }

  /**
   * Waits for the first event of a kind from a moment on.
   *
   * @return empty if it did not come in time
   */
  public synchronized Optional<LogEvent> await(
      Instant moment, Predicate<LogEvent> wanted, Duration timeout) throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (true) {
      Optional<LogEvent> found = since(moment).stream().filter(wanted).findFirst();
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (found.isPresent() || left <= 0) {
        return found;
      }
      wait(left);
    }
  }
}
