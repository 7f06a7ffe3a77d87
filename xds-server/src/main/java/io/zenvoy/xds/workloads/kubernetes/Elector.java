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
 * out; and every write is conditional: a take-over on the version that was looked at, a renewal on
 * the holder. No clock is compared with another, they only have to run at about the same speed.
 *
 * <p>A leader renews at regular times whether earlier renewals were answered or not, so neither a
 * slow API server nor one that refuses some requests costs the leadership. To begin one takes a
 * quicker answer than to go on: a server that is too slow has no leader rather than one after the
 * other.
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

  /** When {@link #lease} was told. */
  private long toldNanos;

  private long gaveUpNanos;

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

    /** Renew our own, if it still is. While we {@linkplain #leads lead} nobody waits for it. */
    record Renew() implements Step {}

    /** Give up our own, if it still is. */
    record GiveUp() implements Step {}
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
    this.toldNanos = nextNanos;
    this.gaveUpNanos = nextNanos;
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
      return resigned ? new Step.GiveUp() : new Step.Renew();
    }
    if (resigned) {
      gaveUp();
      return new Step.Pause(nextNanos);
    }
    return seen.holder().isEmpty() || now - expiresNanos(seen) >= 0
        ? new Step.Take(seen)
        : new Step.Read();
  }

  /** Whether we lead now. */
  boolean leads() {
    HeldLease leading = held;
    return leading != null && leading.holds();
  }

  /** Whether somebody else was seen to hold the Lease who may well lead. */
  boolean isLedByAnother() {
    ObservedLease seen = lease;
    return seen != null
        && !seen.holder().isEmpty()
        && !seen.holder().equals(identity)
        && clock.getAsLong() - expiresNanos(seen) < 0;
  }

  /** How long the request may take that was asked for and is waited for. */
  Duration requestLimit() {
    HeldLease leading = held;
    if (leading == null || !leading.holds()) {
      return times.requestLimit();
    }
    return least(times.requestLimit(), leading.untilNanos() - clock.getAsLong());
  }

  /** A leader's renewal is being sent; the next one is due whatever becomes of it. */
  void renewing(long sentNanos) {
    nextNanos = sentNanos + times.renewEvery().toNanos();
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
    long now = clock.getAsLong();
    if (sentNanos - toldNanos >= 0) {
      look(written, now); // else it is known better
    }
    HeldLease leading = held;
    if (leading != null && leading.renewed(sentNanos, times)) {
      notBefore(sentNanos + times.renewEvery().toNanos());
      return Optional.empty();
    }
    if (sentNanos - gaveUpNanos < 0) {
      return Optional.empty(); // a renewal of what was given up since then
    }
    if (now - sentNanos > times.requestLimit().toNanos()) {
      nextNanos = now; // the answer came too late to begin with: renew at once
      return Optional.empty();
    }
    HeldLease won = new HeldLease(clock, sentNanos, times, onServing);
    held = won;
    nextNanos = sentNanos + times.renewEvery().toNanos();
    return Optional.of(won);
  }

  /** The Lease was given up. */
  void gaveUp() {
    held = null;
    current = false;
    gaveUpNanos = clock.getAsLong();
    nextNanos = gaveUpNanos + REST.toNanos();
  }

  /** There was no answer, or a refusal: nobody knows how the Lease is now. */
  void failed() {
    current = false;
    nextNanos = clock.getAsLong() + times.retryAfter().toNanos();
  }

  /** A renewal was not answered, or refused for a reason that may pass. */
  void renewalFailed() {
    if (!leads()) {
      failed();
      return;
    }
    // The Lease is still ours: to read it first would take the time that the next one needs.
    long retry = clock.getAsLong() + times.retryAfter().toNanos();
    if (nextNanos - retry > 0) {
      nextNanos = retry;
    }
  }

  /**
   * Ends the leadership.
   *
   * @return whether the Lease is to be given up, because it may be ours
   */
  boolean resign() {
    if (held != null) {
      held.end();
    }
    return lease != null && lease.holder().equals(identity);
  }

  private void notBefore(long nanos) {
    if (nanos - nextNanos > 0) {
      nextNanos = nanos;
    }
  }

  private void look(@Nullable ObservedLease found, long now) {
    if (found == null || lease == null || !found.version().equals(lease.version())) {
      seenNanos = now;
    }
    lease = found;
    toldNanos = now;
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
