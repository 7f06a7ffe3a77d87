package io.zenvoy.xds.workloads.kubernetes;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One that contends for the Lease, as a state machine without input or output: it says what to ask
 * of the API server next and is told what came of it.
 *
 * <p>No two ever lead at the same time: a leader stops {@code giveUpAfter} after it has
 * <em>sent</em> its latest successful renewal; another one writes only when it has itself looked at
 * the unchanged Lease for the longer {@code duration}, which began after that renewal was carried
 * out; and every write is conditional on the version that was looked at. No clock is compared with
 * another, they only have to run at about the same speed.
 *
 * <p>Not thread-safe.
 */
final class Elector {
  /** A Lease that asks for more than this was written by somebody else. */
  private static final Duration MAX_DURATION = Duration.ofMinutes(1);

  /** How long one that could not serve leaves the Lease to others. */
  static final Duration REST = Duration.ofSeconds(10);

  private final String identity;
  private final LeaseTimes times;
  private final LongSupplier clock;
  private final Runnable onServing;
  private @Nullable HeldLease held;

  /** What was looked at last; null before that, and if there was none. */
  private @Nullable ObservedLease lease;

  /** When {@link #lease} was first seen with its version. */
  private long seenNanos;

  /** Whether {@link #lease} is what the server told last, and nothing failed since. */
  private boolean current;

  private long nextNanos;

  /** What to do. */
  sealed interface Step {
    /** Nothing until then. */
    record Pause(long untilNanos) implements Step {}

    record Read() implements Step {}

    /** There is no Lease: make one that is held by us. */
    record Create() implements Step {}

    /** Take over the Lease, if it still has the version. */
    record Take(ObservedLease lease) implements Step {}

    /** Renew our own, if it still has the version. */
    record Renew(String version) implements Step {}

    /** Give up our own, if it still has the version. */
    record GiveUp(String version) implements Step {}
  }

  /**
   * @param identity unlike that of any other process, also of an earlier one of the same pod
   * @param clock monotonic nanoseconds
   * @param onServing run when a leadership that was won is in use
   */
  Elector(String identity, LeaseTimes times, LongSupplier clock, Runnable onServing) {
    this.identity = identity;
    this.times = times;
    this.clock = clock;
    this.onServing = onServing;
    this.nextNanos = clock.getAsLong();
  }

  Step next() {
    long now = clock.getAsLong();
    if (nextNanos - now > 0) {
      return new Step.Pause(nextNanos);
    }
    if (!current) {
      return new Step.Read();
    }
    ObservedLease seen = lease;
    if (seen == null) {
      return new Step.Create();
    }
    boolean resigned = held != null && held.isResigned();
    if (seen.holder().equals(identity)) {
      return resigned ? new Step.GiveUp(seen.version()) : new Step.Renew(seen.version());
    }
    if (resigned) {
      gaveUp();
      return new Step.Pause(nextNanos);
    }
    return seen.holder().isEmpty() || now - expiresNanos(seen) >= 0
        ? new Step.Take(seen)
        : new Step.Read();
  }

  /** How long the request may take that was asked for: a leader must not miss its own end. */
  Duration requestLimit() {
    HeldLease leading = held;
    if (leading == null || !leading.holds()) {
      return times.requestLimit();
    }
    return least(times.requestLimit(), leading.untilNanos() - clock.getAsLong());
  }

  /** The answer to {@link Step.Read}; null if there is none. */
  void saw(@Nullable ObservedLease found) {
    long now = clock.getAsLong();
    look(found, now);
    nextNanos = now;
    if (found != null && !found.holder().isEmpty() && !found.holder().equals(identity)) {
      long wait = Math.min(times.lookEvery().toNanos(), expiresNanos(found) - now);
      nextNanos = now + Math.max(wait, 0);
    }
  }

  /**
   * A write has succeeded.
   *
   * @param sentNanos when it was sent
   * @return a leadership if one begins with it
   */
  Optional<HeldLease> wrote(ObservedLease written, long sentNanos) {
    look(written, clock.getAsLong());
    nextNanos = sentNanos + times.renewEvery().toNanos();
    HeldLease leading = held;
    if (leading != null && leading.renewed(sentNanos, times)) {
      return Optional.empty();
    }
    HeldLease won = new HeldLease(clock, sentNanos, times, onServing);
    if (!won.holds()) {
      nextNanos = clock.getAsLong(); // the answer came too late: renew at once
      return Optional.empty();
    }
    held = won;
    return Optional.of(won);
  }

  /** The Lease was given up. */
  void gaveUp() {
    held = null;
    current = false;
    nextNanos = clock.getAsLong() + REST.toNanos();
  }

  /** There was no answer, or a refusal: nobody knows how the Lease is now. */
  void failed() {
    current = false;
    nextNanos = clock.getAsLong() + times.retryAfter().toNanos();
  }

  /**
   * Ends the leadership.
   *
   * @return the version of the Lease that is to be given up, if it is ours
   */
  Optional<String> resign() {
    if (held != null) {
      held.end();
    }
    return Optional.ofNullable(lease)
        .filter(mine -> mine.holder().equals(identity))
        .map(ObservedLease::version);
  }

  private void look(@Nullable ObservedLease found, long now) {
    if (found == null || lease == null || !found.version().equals(lease.version())) {
      seenNanos = now;
    }
    lease = found;
    current = true;
  }

  private long expiresNanos(ObservedLease seen) {
    Duration asked = seen.duration().compareTo(MAX_DURATION) > 0 ? MAX_DURATION : seen.duration();
    Duration patience = asked.compareTo(times.duration()) > 0 ? asked : times.duration();
    return seenNanos + patience.toNanos();
  }

  private static Duration least(Duration limit, long nanos) {
    return Duration.ofNanos(Math.max(1, Math.min(limit.toNanos(), nanos)));
  }
}
