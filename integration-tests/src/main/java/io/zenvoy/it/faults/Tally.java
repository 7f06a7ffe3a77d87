package io.zenvoy.it.faults;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Counts what became of everything that was sent. Thread-safe. */
public final class Tally {
  private static final int REMEMBERED_FAILURES = 20;

  @GuardedBy("this")
  private final Map<Outcome, Integer> counts = new EnumMap<>(Outcome.class);

  @GuardedBy("this")
  private final List<String> failures = new ArrayList<>();

  @GuardedBy("this")
  private long[] waits = new long[1024];

  @GuardedBy("this")
  private int waitCount;

  @GuardedBy("this")
  private int sent;

  /** Something was sent, or is about to be. */
  public synchronized void sent() {
    sent++;
  }

  /** Something was answered as it should. */
  public synchronized void right(Duration waited) {
    counts.merge(Outcome.RIGHT, 1, Integer::sum);
    if (waitCount == waits.length) {
      waits = Arrays.copyOf(waits, 2 * waitCount);
    }
    waits[waitCount++] = waited.toNanos();
  }

  /**
   * Something went wrong.
   *
   * @param description for people; the first few are kept
   */
  public synchronized void wrong(Outcome outcome, String description) {
    counts.merge(outcome, 1, Integer::sum);
    if (failures.size() < REMEMBERED_FAILURES) {
      failures.add(outcome + " " + description);
    }
  }

  public synchronized int count(Outcome outcome) {
    return counts.getOrDefault(outcome, 0);
  }

  public synchronized int countSent() {
    return sent;
  }

  /** How many of those sent nothing is known of yet. */
  public synchronized int open() {
    return sent - counts.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** The first things that went wrong. */
  public synchronized List<String> failures() {
    return List.copyOf(failures);
  }

  /**
   * How long a right answer took.
   *
   * @param quantile 0 to 1
   */
  public synchronized Duration wait(double quantile) {
    if (waitCount == 0) {
      return Duration.ZERO;
    }
    long[] sorted = Arrays.copyOf(waits, waitCount);
    Arrays.sort(sorted);
    return Duration.ofNanos(sorted[(int) Math.ceil(quantile * (waitCount - 1))]);
  }

  @Override
  public synchronized String toString() {
    return "sent " + sent + ", " + counts;
  }
}
