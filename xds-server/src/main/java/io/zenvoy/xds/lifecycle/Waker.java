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

  /** How long after a failure a wake is tried again for which no client of its own waits. */
  private static final Duration RETRY = Duration.ofMinutes(1);

  private final WorkloadKey key;
  private final Nodes nodes;
  private final Rollout rollout;
  private final Replicas replicas;
  private final Activity activity;
  private final WorkloadClusters clusters;
  private final Neighbours neighbours;
  private final Wanted wanted;
  private final LongSupplier clock;

  /** Why the workload can't become ready; empty if nothing is known to be wrong. */
  private String failure = "";

  /** Whether {@link #failure} was told since the wake began: an older one may be out of date. */
  private boolean failedAnew;

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
      Wanted wanted,
      LongSupplier clock) {
    this.key = key;
    this.nodes = nodes;
    this.rollout = rollout;
    this.replicas = replicas;
    this.activity = activity;
    this.clusters = clusters;
    this.neighbours = neighbours;
    this.wanted = wanted;
    this.clock = clock;
  }

  /** The workload can't become ready without somebody's help. */
  void failed(String reason) {
    failure = reason;
    failedAnew = true;
  }

  /** What kept the workload from becoming ready is over, or it is ready after all. */
  void recovered() {
    failure = "";
    failedAnew = false;
  }

  /** What comes next for a workload that sleeps. */
  Decision next(State.Asleep asleep) {
    if (isAwaited(asleep)) {
      return begin(asleep);
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
        ? begin(waking)
        : whileAwaited(clock.getAsLong() - waking.awaitedSince().getAsLong());
  }

  private Decision begin(State state) {
    failedAnew = false;
    replicas.freshStart();
    if (isAwaitedForItself(state)) {
      neighbours.wakeBegun(key);
    }
    return new Decision.Go(new State.Waking(OptionalLong.of(clock.getAsLong())));
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
    if (clusters.isDryRun() && replicas.isZero()) {
      wanted.drop();
      return fail(WakeOutcome.DRY_RUN, waitedNanos, "dry run: nothing is scaled");
    }
    if (replicas.isMissing()) {
      return fail(WakeOutcome.FAILED, waitedNanos, key + " does not exist");
    }
    if (replicas.refusal().isPresent()) {
      return fail(WakeOutcome.FAILED, waitedNanos, replicas.refusal().get());
    }
    if (failedAnew) {
      return fail(WakeOutcome.FAILED, waitedNanos, failure);
    }
    if (waitedNanos >= clusters.wakeTimeout().toNanos()) {
      String reason = "not ready after " + Durations.format(clusters.wakeTimeout());
      return fail(
          WakeOutcome.TIMEOUT, waitedNanos, failure.isEmpty() ? reason : reason + ": " + failure);
    }
    if (replicas.count() == 0) {
      replicas.scale(clusters.wantedReplicas());
    }
    return new Decision.Wait();
  }

  private Decision fail(WakeOutcome outcome, long waitedNanos, String reason) {
    activity.judged(clusters.all());
    wanted.settled();
    return new Decision.Fail(outcome, Duration.ofNanos(waitedNanos), reason);
  }

  private void returnToZeroIfVain() {
    long now = clock.getAsLong();
    if (replicas.areOurs()
        && nodes.allKnown(now)
        && now - activity.latestNanos() >= clusters.window().toNanos()
        && !activity.isUnderWay(clusters.all())) {
      replicas.scale(0);
    }
  }

  private boolean isAwaited(State state) {
    return isAwaitedByClients(state) || isWantedOtherwise(state);
  }

  /** Whether it is awaited for another reason than that something else is woken. */
  boolean isAwaitedForItself(State state) {
    return isAwaitedByClients(state) || wanted.isAwakeTime();
  }

  private boolean isAwaitedByClients(State state) {
    long now = clock.getAsLong();
    boolean judged =
        sinceVerdict(state).isPresent() && sinceVerdict(state).getAsLong() < ANSWER_LIMIT.toNanos();
    return activity.isAwaited(
        clusters.all(), cluster -> judged ? rollout.revision(NodeKind.DAEMON, cluster) : 0, now);
  }

  private boolean isWantedOtherwise(State state) {
    OptionalLong sinceVerdict = sinceVerdict(state);
    return (sinceVerdict.isEmpty() || sinceVerdict.getAsLong() >= RETRY.toNanos())
        && wanted.isWanted();
  }

  /** How long ago the latest wake failed, for a workload that sleeps since then. */
  private OptionalLong sinceVerdict(State state) {
    return state instanceof State.Asleep(Optional<Verdict> verdict, long since)
            && verdict.isPresent()
        ? OptionalLong.of(clock.getAsLong() - since)
        : OptionalLong.empty();
  }
}
