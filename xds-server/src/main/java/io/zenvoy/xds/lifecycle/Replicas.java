package io.zenvoy.xds.lifecycle;

import io.zenvoy.xds.model.WorkloadKey;
import io.zenvoy.xds.workloads.ScaleOutcome;
import io.zenvoy.xds.workloads.ScaleRequest;
import io.zenvoy.xds.workloads.Scaler;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The replicas of one workload as far as they are known, and the writes that change them: one at a
 * time, conditional on what was observed, at the pace of {@link WritePace}, and none in a dry run.
 *
 * <p>Owned by the life cycle's thread.
 */
final class Replicas {
  /** For how long an observation that contradicts our own write is taken for an older one. */
  private static final Duration STALE = Duration.ofSeconds(5);

  /** A zero that is observed this long after we asked for it may be ours, whatever the answer. */
  private static final Duration OURS = Duration.ofSeconds(15);

  private final WorkloadKey workload;
  private final Scaler scaler;
  private final LongSupplier clock;
  private final BooleanSupplier dryRun;
  private final Listener listener;
  private final WritePace pace;
  private int observed;
  private @Nullable String version;
  private boolean missing;
  private boolean inFlight;
  private boolean overtaken;
  private boolean unanswered;

  /** Whether an earlier write of {@link #requested} may have been carried out. */
  private boolean doubtful;

  private String problem = "";
  private @Nullable String refusal;
  private boolean ours = true;
  private int expected = -1;
  private long expectedUntilNanos;
  private @Nullable Seen contradiction;
  private boolean confirmed;
  private int requested = -1;
  private long requestedNanos;

  private record Seen(int replicas, String version) {}

  /** Told what happens to the replicas. */
  interface Listener {
    /** A write has ended. */
    void writeEnded();

    /**
     * Somebody else took the last replica away. Called in the middle of other things: only to be
     * remembered.
     */
    void zeroedByOthers();
  }

  /**
   * @param scaler calls back on the life cycle's thread
   * @param clock monotonic nanoseconds
   * @param dryRun whether nothing may be written
   */
  Replicas(
      WorkloadKey workload,
      Scaler scaler,
      LongSupplier clock,
      BooleanSupplier dryRun,
      Listener listener) {
    this.workload = workload;
    this.scaler = scaler;
    this.clock = clock;
    this.dryRun = dryRun;
    this.listener = listener;
    this.pace = new WritePace(clock);
  }

  /** How many replicas the workload's specification asks for; 0 while unknown. */
  int count() {
    settle();
    return observed;
  }

  /** Whether the workload was observed, and is there. */
  boolean isKnown() {
    return version != null;
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

  /** Whether the latest write may have been carried out or not: its answer did not come. */
  boolean isUnanswered() {
    return unanswered;
  }

  /**
   * Whether the latest write only came too late: the workload had changed in something else than
   * its replicas.
   */
  boolean isOvertaken() {
    return overtaken;
  }

  /**
   * Whether the replicas may be taken away although they are not ready: those that we woke, that
   * were ready once, or of which nobody knows any more where they came from.
   */
  boolean areOurs() {
    return ours;
  }

  /** They are ready, so that their sleep is our business, whoever made them. */
  void own() {
    ours = true;
  }

  /** They are there because of somebody else, or there are none. */
  void disown() {
    ours = false;
  }

  /** Why the latest write can't work until somebody changes something; empty if it may. */
  Optional<String> refusal() {
    return Optional.ofNullable(refusal);
  }

  /** Whether somebody else sets back what we write. */
  boolean isReset() {
    return pace.isReset();
  }

  /** Why the latest write failed that may work when it is repeated; empty if it did not fail. */
  String problem() {
    return problem;
  }

  void observed(int replicas, String observedVersion) {
    missing = false;
    confirmed |= inFlight && replicas == requested;
    if (expected >= 0 && replicas != expected && clock.getAsLong() - expectedUntilNanos < 0) {
      // Most likely it is from before our own write. If it is not, nothing newer will follow.
      contradiction = new Seen(replicas, observedVersion);
      return;
    }
    believe(replicas, observedVersion);
  }

  /** Believes a contradiction that has stood for long enough. */
  private void settle() {
    Seen seen = contradiction;
    if (seen != null && clock.getAsLong() - expectedUntilNanos >= 0) {
      believe(seen.replicas(), seen.version());
    }
  }

  private void believe(int replicas, String seenVersion) {
    boolean zeroed = replicas == 0 && observed > 0;
    expected = -1;
    contradiction = null;
    observed = replicas;
    version = seenVersion;
    if (zeroed && !mayBeOurZero()) {
      pace.zeroedByOthers();
      listener.zeroedByOthers();
    }
  }

  private boolean mayBeOurZero() {
    return requested == 0 && clock.getAsLong() - requestedNanos < OURS.toNanos();
  }

  void missing() {
    missing = true;
    observed = 0;
    version = null;
  }

  /** Forgets an earlier refusal: there is a new reason to scale. */
  void freshStart() {
    refusal = null;
    problem = "";
  }

  /**
   * Asks for a number of replicas unless a write is under way, must wait, is not to be carried out,
   * or has nothing to change.
   */
  void scale(int replicas) {
    settle();
    String known = version;
    if (inFlight || known == null || observed == replicas) {
      return;
    }
    if (dryRun.getAsBoolean() || !pace.mayWrite()) {
      return;
    }
    doubtful &= requested == replicas;
    inFlight = true;
    overtaken = false;
    unanswered = false;
    confirmed = false;
    requested = replicas;
    requestedNanos = clock.getAsLong();
    pace.sent(replicas);
    int from = observed;
    scaler.scale(
        new ScaleRequest(workload, observed, known, replicas),
        outcome -> {
          inFlight = false;
          ended(from, replicas, outcome);
          listener.writeEnded();
        });
  }

  private void ended(int from, int replicas, ScaleOutcome outcome) {
    switch (outcome) {
      case ScaleOutcome.Scaled() -> {
        pace.carriedOut(replicas);
        doubtful = false;
        problem = "";
        if (!confirmed) {
          observed = replicas;
          expected = replicas;
          expectedUntilNanos = clock.getAsLong() + STALE.toNanos();
        }
        ours = replicas > 0 && observed == replicas;
      }
      case ScaleOutcome.Conflict(int found, String foundVersion) -> {
        overtaken = found == from;
        if (overtaken) {
          pace.overtaken();
        }
        ours |= doubtful && found > 0 && found == replicas;
        doubtful = false;
        believe(found, foundVersion);
      }
      case ScaleOutcome.Missing() -> missing();
      case ScaleOutcome.Unavailable(String reason) -> failed(reason);
      case ScaleOutcome.Unanswered(String reason) -> {
        unanswered = true;
        doubtful = true;
        failed(reason);
      }
      case ScaleOutcome.Refused(String reason) -> {
        failed(reason);
        refusal = reason;
      }
    }
  }

  private void failed(String reason) {
    problem = reason;
    pace.failed();
  }
}
