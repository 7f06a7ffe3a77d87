package io.zenvoy.xds.lifecycle;

import io.zenvoy.common.Durations;
import io.zenvoy.xds.lifecycle.LifecycleObserver.WakeOutcome;
import io.zenvoy.xds.model.Verdict;
import io.zenvoy.xds.model.WorkloadKey;
import io.zenvoy.xds.serve.NodeKind;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * How one workload wakes while it has no ready endpoint: when a wake begins, when it has failed,
 * and what becomes of a workload that was woken in vain. Only decides; {@link WorkloadLife} enters
 * and publishes.
 *
 * <p>Owned by the life cycle's thread.
 */
final class Waker {
  /** How long the daemons are given to answer what they had parked when a wake failed. */
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);

  /**
   * For how long a failure of one of several replicas may be only that: others are being made, and
   * are told of a little later.
   */
  private static final Duration OTHERS = Duration.ofSeconds(2);

  /**
   * How long after we have woken it a workload that can have no pods is taken back to zero, to be
   * woken anew for who waits: controllers try again ever more rarely, and at once after that.
   */
  private static final Duration ANEW = Duration.ofSeconds(10);

  /** How long we wait for its controller to notice, which withdraws the failure. */
  private static final Duration NOTICE = Duration.ofSeconds(5);

  /**
   * What was ready for less than this has not been woken: a program that ends soon after it was
   * started counts as ready in between if nothing probes it.
   */
  private static final Duration STEADY = Duration.ofSeconds(10);

  /** Who waits within this time after the workload was ready has been waiting before. */
  private static final Duration STILL = Duration.ofSeconds(2);

  /** How long after a failure a wake is tried again for which no client of its own waits. */
  private static final Duration RETRY = Duration.ofMinutes(1);

  private final WorkloadKey key;
  private final Nodes nodes;
  private final Rollout rollout;
  private final Replicas replicas;
  private final Activity activity;
  private final WorkloadClusters clusters;
  private final Neighbours neighbours;
  private final LongSupplier clock;

  /** Why the workload can't become ready; empty if nothing is known to be wrong. */
  private String failure = "";

  /** Whether {@link #failure} was told since the wake began: an older one may be out of date. */
  private boolean failedAnew;

  private long failedNanos;
  private String standing = "";
  private boolean wokenByUs;
  private long wokenNanos;
  private long anewNanos;
  private boolean anew;
  private long begunNanos;
  private long fellNanos;
  private boolean unsteady;

  /** What comes next while nothing is ready. */
  sealed interface Decision {
    /** Nothing changes. */
    record Wait() implements Decision {}

    /** Another state. */
    record Go(State next) implements Decision {}

    /** The wake has failed. */
    record Fail(WakeOutcome outcome, Duration waited, String reason) implements Decision {}
  }

  Waker(
      WorkloadKey key,
      Nodes nodes,
      Rollout rollout,
      Replicas replicas,
      Activity activity,
      WorkloadClusters clusters,
      Neighbours neighbours,
      LongSupplier clock) {
    this.key = key;
    this.nodes = nodes;
    this.rollout = rollout;
    this.replicas = replicas;
    this.activity = activity;
    this.clusters = clusters;
    this.neighbours = neighbours;
    this.clock = clock;
  }

  /** The workload can't become ready without somebody's help. */
  void failed(String reason) {
    failure = reason;
    failedAnew = true;
    failedNanos = clock.getAsLong();
  }

  /** How far the workload's pods have come, for people. */
  void stands(String now) {
    standing = now;
  }

  /** What kept the workload from becoming ready is over, or it is ready after all. */
  void recovered() {
    failure = "";
    failedAnew = false;
  }

  /** The replicas that run are not, or no more, there because of us alone. */
  void disown() {
    wokenByUs = false;
  }

  /** It had been ready, since then, and is not any more. */
  void fell(long readySinceNanos) {
    fellNanos = clock.getAsLong();
    unsteady = fellNanos - readySinceNanos < STEADY.toNanos();
    if (!unsteady) {
      disown();
    }
  }

  /** What comes next for a workload that sleeps. */
  Decision next(State.Asleep asleep) {
    if (isAwaited(asleep)) {
      return begin();
    }
    if (replicas.count() > 0) {
      if (asleep.verdict().isEmpty()) {
        return new Decision.Go(new State.Waking(OptionalLong.empty()));
      }
      returnToZeroIfVain();
    }
    return new Decision.Wait();
  }

  /** What comes next for a workload that was scaled up and is not ready. */
  Decision next(State.Waking waking) {
    if (!isAwaited(waking)) {
      return whileNobodyWaits(waking);
    }
    return waking.awaitedSince().isEmpty()
        ? begin()
        : whileAwaited(clock.getAsLong() - waking.awaitedSince().getAsLong());
  }

  private Decision begin() {
    failedAnew = false;
    replicas.freshStart();
    neighbours.awaited(key);
    begunNanos = beginning();
    return new Decision.Go(new State.Waking(OptionalLong.of(begunNanos)));
  }

  /** A wake goes on that was ready for a moment, though with half of its time at least. */
  private long beginning() {
    long now = clock.getAsLong();
    return unsteady && now - fellNanos < STILL.toNanos()
        ? Math.max(begunNanos, now - clusters.wakeTimeout().toNanos() / 2)
        : now;
  }

  private Decision whileNobodyWaits(State.Waking waking) {
    if (replicas.count() == 0 && !replicas.isInFlight()) {
      return new Decision.Go(new State.Asleep(Optional.empty(), clock.getAsLong()));
    }
    if (waking.awaitedSince().isPresent()) {
      return new Decision.Go(new State.Waking(OptionalLong.empty()));
    }
    returnToZeroIfVain();
    return new Decision.Wait();
  }

  private Decision whileAwaited(long waitedNanos) {
    if (clusters.isDryRun()) {
      return fail(WakeOutcome.FAILED, waitedNanos, "dry run: nothing is scaled");
    }
    if (replicas.isMissing()) {
      return fail(WakeOutcome.FAILED, waitedNanos, key + " does not exist");
    }
    if (replicas.refusal().isPresent()) {
      return fail(WakeOutcome.FAILED, waitedNanos, replicas.refusal().get());
    }
    if (isFinal()) {
      return fail(WakeOutcome.FAILED, waitedNanos, failure);
    }
    if (waitedNanos >= clusters.wakeTimeout().toNanos()) {
      String why = whyNotReady();
      String reason = "not ready after " + Durations.format(clusters.wakeTimeout());
      return fail(WakeOutcome.TIMEOUT, waitedNanos, why.isEmpty() ? reason : reason + ": " + why);
    }
    scale();
    return new Decision.Wait();
  }

  private void scale() {
    long now = clock.getAsLong();
    if (replicas.count() > 0) {
      if (wokenByUs && !failure.isEmpty() && now - wokenNanos >= ANEW.toNanos()) {
        anew = true;
        anewNanos = now;
        replicas.scale(0);
      }
    } else if (!anew || failure.isEmpty() || now - anewNanos >= NOTICE.toNanos()) {
      replicas.scale(clusters.wantedReplicas());
      if (replicas.isInFlight()) {
        anew = false;
        wokenByUs = true;
        wokenNanos = now;
      }
    }
  }

  private boolean isFinal() {
    return failedAnew
        && (replicas.count() <= 1 || clock.getAsLong() - failedNanos >= OTHERS.toNanos());
  }

  private String whyNotReady() {
    if (replicas.isUndone()) {
      return "somebody else sets its replicas back";
    }
    return failure.isEmpty() ? standing : failure;
  }

  private Decision fail(WakeOutcome outcome, long waitedNanos, String reason) {
    activity.judged(clusters.all());
    return new Decision.Fail(outcome, Duration.ofNanos(waitedNanos), reason);
  }

  private void returnToZeroIfVain() {
    long now = clock.getAsLong();
    if (wokenByUs
        && !clusters.isDryRun()
        && nodes.allKnown(now)
        && now - activity.latestNanos() >= clusters.window().toNanos()
        && !activity.isUnderWay(clusters.all())) {
      replicas.scale(0);
    }
  }

  private boolean isAwaited(State state) {
    return isAwaitedByClients(state) || isWantedOtherwise(state);
  }

  /** Whether a client of the workload's own waits. */
  boolean isAwaitedByClients(State state) {
    long now = clock.getAsLong();
    boolean judged =
        sinceVerdict(state).isPresent() && sinceVerdict(state).getAsLong() < ANSWER_LIMIT.toNanos();
    return activity.isAwaited(
        clusters.all(), cluster -> judged ? rollout.revision(NodeKind.DAEMON, cluster) : 0, now);
  }

  private boolean isWantedOtherwise(State state) {
    OptionalLong sinceVerdict = sinceVerdict(state);
    return (sinceVerdict.isEmpty() || sinceVerdict.getAsLong() >= RETRY.toNanos())
        && neighbours.want(key);
  }

  /** How long ago the latest wake failed, for a workload that sleeps since then. */
  private OptionalLong sinceVerdict(State state) {
    return state instanceof State.Asleep(Optional<Verdict> verdict, long since)
            && verdict.isPresent()
        ? OptionalLong.of(clock.getAsLong() - since)
        : OptionalLong.empty();
  }
}
