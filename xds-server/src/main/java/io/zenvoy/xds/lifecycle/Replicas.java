package io.zenvoy.xds.lifecycle;

import io.zenvoy.xds.model.WorkloadKey;
import io.zenvoy.xds.workloads.ScaleOutcome;
import io.zenvoy.xds.workloads.ScaleRequest;
import io.zenvoy.xds.workloads.Scaler;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The replicas of one workload as far as they are known, and the writes that change them: one at a
 * time, conditional on what was observed, with back-off after a failure.
 *
 * <p>Owned by the life cycle's thread.
 */
final class Replicas {
  /** For how long an observation that contradicts our own write is taken for an older one. */
  private static final Duration STALE = Duration.ofSeconds(5);

  /** A write of ours that is taken back within this time was undone by somebody who insists. */
  private static final Duration UNDONE_WITHIN = Duration.ofSeconds(10);

  private static final long FIRST_BACK_OFF_NANOS = Duration.ofMillis(100).toNanos();
  private static final long MAX_BACK_OFF_NANOS = Duration.ofSeconds(5).toNanos();

  private final WorkloadKey workload;
  private final Scaler scaler;
  private final LongSupplier clock;
  private final Runnable changed;
  private int observed;
  private @Nullable String version;
  private boolean missing;
  private boolean inFlight;
  private boolean overtaken;
  private @Nullable String refusal;
  private long backOffNanos;
  private long retryAtNanos;
  private int expected = -1;
  private long expectedUntilNanos;
  private @Nullable Seen contradiction;
  private boolean confirmed;
  private int requested = -1;
  private @Nullable Write latest;
  private int undone;

  /** A write that was carried out, and what it has changed. */
  private record Write(int from, int to, long atNanos) {}

  private record Seen(int replicas, String version) {}

  /**
   * @param scaler calls back on the life cycle's thread
   * @param clock monotonic nanoseconds
   * @param changed called after each outcome
   */
  Replicas(WorkloadKey workload, Scaler scaler, LongSupplier clock, Runnable changed) {
    this.workload = workload;
    this.scaler = scaler;
    this.clock = clock;
    this.changed = changed;
  }

  /** How many replicas the workload's specification asks for; 0 while unknown. */
  int count() {
    settle();
    return observed;
  }

  /** Whether the workload is known to have no replicas. */
  boolean isZero() {
    return version != null && count() == 0;
  }

  boolean isMissing() {
    return missing;
  }

  boolean isInFlight() {
    return inFlight;
  }

  /**
   * Whether the latest write only came too late: the workload had changed in something else than
   * its replicas.
   */
  boolean isOvertaken() {
    return overtaken;
  }

  /** Why the latest write can't work until somebody changes something; empty if it may. */
  Optional<String> refusal() {
    return Optional.ofNullable(refusal);
  }

  /** Whether somebody has set back what we wrote since the {@linkplain #freshStart fresh start}. */
  boolean isUndone() {
    return undone > 0;
  }

  void observed(int replicas, String observedVersion) {
    missing = false;
    confirmed |= inFlight && replicas == requested;
    if (expected >= 0 && replicas != expected && clock.getAsLong() - expectedUntilNanos < 0) {
      // Most likely it is from before our own write. If it is not, nothing newer will follow.
      contradiction = new Seen(replicas, observedVersion);
      return;
    }
    believe(new Seen(replicas, observedVersion));
  }

  /** Believes a contradiction that has stood for long enough. */
  private void settle() {
    Seen seen = contradiction;
    if (seen != null && clock.getAsLong() - expectedUntilNanos >= 0) {
      believe(seen);
    }
  }

  private void believe(Seen seen) {
    expected = -1;
    contradiction = null;
    observed = seen.replicas();
    version = seen.version();
    Write write = latest;
    if (write != null && observed != write.to()) {
      latest = null;
      if (observed == write.from()
          && clock.getAsLong() - write.atNanos() < UNDONE_WITHIN.toNanos()) {
        undone();
      }
    }
  }

  /** The first time may be chance; whoever does it again and again would have a storm of writes. */
  private void undone() {
    if (undone > 0) {
      backOff();
    }
    undone++;
  }

  void missing() {
    missing = true;
    observed = 0;
    version = null;
  }

  /** Forgets earlier failures: a new reason to scale starts without delay. */
  void freshStart() {
    refusal = null;
    backOffNanos = 0;
    undone = 0;
  }

  /**
   * Asks for a number of replicas unless a write is under way, must wait, or has nothing to change.
   */
  void scale(int replicas) {
    settle();
    String known = version;
    if (inFlight || known == null || observed == replicas || isBackingOff()) {
      return;
    }
    inFlight = true;
    overtaken = false;
    confirmed = false;
    requested = replicas;
    int from = observed;
    scaler.scale(
        new ScaleRequest(workload, observed, known, replicas),
        outcome -> {
          inFlight = false;
          ended(from, replicas, outcome);
          changed.run();
        });
  }

  private boolean isBackingOff() {
    return backOffNanos > 0 && clock.getAsLong() - retryAtNanos < 0;
  }

  private void ended(int from, int replicas, ScaleOutcome outcome) {
    switch (outcome) {
      case ScaleOutcome.Scaled() -> {
        if (undone == 0) {
          backOffNanos = 0;
        }
        latest = new Write(from, replicas, clock.getAsLong());
        if (!confirmed) {
          observed = replicas;
          expected = replicas;
          expectedUntilNanos = clock.getAsLong() + STALE.toNanos();
        } else if (observed == from) {
          undone(); // before we had our answer
        }
      }
      case ScaleOutcome.Conflict(int found, String foundVersion) -> {
        overtaken = found == from;
        observed = found;
        version = foundVersion;
        expected = -1;
        contradiction = null;
      }
      case ScaleOutcome.Missing() -> missing();
      case ScaleOutcome.Unavailable(String reason) -> backOff();
      case ScaleOutcome.Refused(String reason) -> refusal = reason;
    }
  }

  private void backOff() {
    backOffNanos =
        Math.min(MAX_BACK_OFF_NANOS, backOffNanos == 0 ? FIRST_BACK_OFF_NANOS : backOffNanos * 2);
    long jitter = ThreadLocalRandom.current().nextLong(backOffNanos / 2);
    retryAtNanos = clock.getAsLong() + backOffNanos - jitter;
  }
}
