package io.zenvoy.xds.lifecycle.schedules;

import io.zenvoy.xds.workloads.ScaleOutcome;
import io.zenvoy.xds.workloads.ScaleRequest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The writes to one workload that are on their way, and what must hold for each: it is allowed, and
 * there are not too many.
 */
final class SimulatedScaler {
  /** A workload whose window is short may wake and sleep every few seconds. */
  private static final int MAX_WRITES_A_MINUTE = 60;

  private final SimulatedKubernetes kubernetes;
  private final LongSupplier clock;
  private final Predicate<ScaleRequest> allowed;
  private final Deque<Write> writes = new ArrayDeque<>();
  private final Deque<ScaleRequest> late = new ArrayDeque<>();
  private final Deque<Long> sentNanos = new ArrayDeque<>();

  private @Nullable ScaleRequest latest;

  private record Write(ScaleRequest request, Consumer<ScaleOutcome> outcome) {}

  /** What becomes of the writes of a control plane that is no more; nobody is told. */
  enum Fate {
    CARRIED_OUT,
    LOST,
    LATE
  }

  SimulatedScaler(
      SimulatedKubernetes kubernetes, LongSupplier clock, Predicate<ScaleRequest> allowed) {
    this.kubernetes = kubernetes;
    this.clock = clock;
    this.allowed = allowed;
  }

  void request(ScaleRequest request, Consumer<ScaleOutcome> outcome) {
    // One whose answer was lost may be repeated whatever has changed: it was decided before.
    if (!request.equals(latest) && !allowed.test(request)) {
      throw new AssertionError("not to be written: " + request);
    }
    latest = request;
    long now = clock.getAsLong();
    sentNanos.add(now);
    sentNanos.removeIf(sent -> now - sent > Duration.ofMinutes(1).toNanos());
    if (sentNanos.size() > MAX_WRITES_A_MINUTE) {
      throw new AssertionError("too many writes in a minute: " + sentNanos.size());
    }
    writes.add(new Write(request, outcome));
  }

  /** Whether a write to zero is on its way. */
  boolean isGoingToZero() {
    return writes.stream().anyMatch(write -> write.request().replicas() == 0);
  }

  /** How many writes were sent in the latest minute. */
  int inTheLatestMinute() {
    long now = clock.getAsLong();
    return (int)
        sentNanos.stream().filter(sent -> now - sent <= Duration.ofMinutes(1).toNanos()).count();
  }

  /** The oldest write is carried out if its condition holds. */
  void answer() {
    Write write = writes.poll();
    if (write != null) {
      write.outcome().accept(kubernetes.carryOut(write.request()));
    }
  }

  /** The oldest write is not carried out. */
  void fail(ScaleOutcome outcome) {
    Write write = writes.poll();
    if (write != null) {
      write.outcome().accept(outcome);
    }
  }

  void loseAnswer() {
    Write write = writes.poll();
    if (write != null) {
      var _ = kubernetes.carryOut(write.request());
      kubernetes.lost();
      write.outcome().accept(new ScaleOutcome.Unanswered("simulated"));
    }
  }

  void abandon(Fate fate) {
    for (Write write : writes) {
      switch (fate) {
        case CARRIED_OUT -> {
          var _ = kubernetes.carryOut(write.request());
        }
        case LOST -> {}
        case LATE -> late.add(write.request());
      }
    }
    writes.clear();
  }

  /**
   * A write of a former control plane arrives.
   *
   * @return whether it has put the workload to sleep
   */
  boolean arriveLate() {
    ScaleRequest request = late.poll();
    return request != null && kubernetes.carryOutLate(request);
  }
}
