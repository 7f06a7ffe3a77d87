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

  /** How long after a failure a wake is tried again for the same reason, if no client waits. */
  private static final Duration RETRY = Duration.ofMinutes(1);

  private final WorkloadKey key;
  private final Rollout rollout;
  private final Replicas replicas;
  private final Activity activity;
  private final WorkloadClusters clusters;
  private final WorkloadEndpoints endpoints;
  private final Neighbours neighbours;
  private final Wanted wanted;
  private final LongSupplier clock;
  private final KnownFailure failure;
  private final FreshWake freshWake;
  private final Steadiness steadiness;
  private String standing = "";

  /** What comes next while nothing is ready. */
  sealed interface Decision {
    /** Nothing changes. */
    record Wait() implements Decision {}

    /** Another state. */
    record Go(State next) implements Decision {}

    /** The wake has failed. */
    record Fail(WakeOutcome outcome, Duration waited, String reason) implements Decision {}

    /** The wake has ended, and another state begins, such as a wake for who came later. */
    record Renew(WakeOutcome outcome, Duration waited, String reason, State next)
        implements Decision {}
  }

  Waker(
      WorkloadKey key,
      Rollout rollout,
      Replicas replicas,
      Activity activity,
      WorkloadClusters clusters,
      WorkloadEndpoints endpoints,
      Neighbours neighbours,
      Wanted wanted,
      LongSupplier clock) {
    this.key = key;
    this.rollout = rollout;
    this.replicas = replicas;
    this.activity = activity;
    this.clusters = clusters;
    this.endpoints = endpoints;
    this.neighbours = neighbours;
    this.wanted = wanted;
    this.clock = clock;
    this.failure = new KnownFailure(clock);
    this.freshWake = new FreshWake(clock);
    this.steadiness = new Steadiness(clock);
  }

  /** The workload can't become ready without somebody's help. */
  void failed(String reason) {
    failure.told(reason);
  }

  /** How far the workload's pods have come, for people. */
  void stands(String now) {
    standing = now;
  }

  /** It had been ready, since then, and is not any more. */
  void fell(long readySinceNanos) {
    steadiness.fell(readySinceNanos);
  }

  /** What kept the workload from becoming ready is over, or it is ready after all. */
  void recovered() {
    failure.recovered();
  }

  /** What comes next for a workload that sleeps. */
  Decision next(State.Asleep asleep) {
    if (isAwaited(asleep)) {
      return begin(asleep);
    }
    return replicas.count() > 0 && asleep.verdict().isEmpty()
        ? new Decision.Go(State.Waking.unasked())
        : new Decision.Wait();
  }

  /** What comes next for a workload that was scaled up and is not ready. */
  Decision next(State.Waking waking) {
    boolean awaited = isAwaited(waking);
    if (awaited != waking.awaitedSince().isPresent()) {
      return awaited ? await(waking) : new Decision.Go(waking.awaitedNoMore());
    }
    Optional<Decision> verdict = verdict(waking);
    if (verdict.isPresent()) {
      return verdict.get();
    }
    return awaited ? whileAwaited() : whileNobodyWaits();
  }

  /** Who comes after all others have left has a whole wake's time, too. */
  private Decision await(State.Waking waking) {
    return waking.wokenSince().isEmpty()
        ? begin(waking)
        : new Decision.Go(waking.awaitedFrom(clock.getAsLong()));
  }

  private Decision begin(State state) {
    failure.wakeBegins();
    replicas.freshStart();
    if (isAwaitedForItself(state)) {
      neighbours.wakeBegun(key);
    }
    return new Decision.Go(State.Waking.of(steadiness.begin(clusters.wakeTimeout())));
  }

  /** A wake goes on to its verdict although who asked for it has left, unless it is undone. */
  private Decision whileNobodyWaits() {
    if (replicas.count() == 0 && !replicas.isInFlight()) {
      return new Decision.Go(new State.Asleep(Optional.empty(), clock.getAsLong()));
    }
    return new Decision.Wait();
  }

  private Decision whileAwaited() {
    if (replicas.count() > 0) {
      if (replicas.areOurs() && failure.isKnown() && freshWake.isDue()) {
        freshWake.zeroed();
        replicas.scale(0);
      }
    } else if (!failure.isKnown() || freshWake.mayWake()) {
      replicas.scale(clusters.wantedReplicas());
      if (replicas.isInFlight()) {
        freshWake.woken();
      }
    }
    return new Decision.Wait();
  }

  private Optional<Decision> verdict(State.Waking waking) {
    if (waking.wokenSince().isEmpty()) {
      return Optional.empty();
    }
    long since = waking.wokenSince().getAsLong();
    Duration wokenFor = Duration.ofNanos(clock.getAsLong() - since);
    if (clusters.isDryRun() && replicas.isZero()) {
      wanted.drop();
      return Optional.of(fail(WakeOutcome.DRY_RUN, wokenFor, "dry run: nothing is scaled"));
    }
    Optional<String> finalReason = finalReason();
    if (finalReason.isPresent()) {
      return Optional.of(fail(WakeOutcome.FAILED, wokenFor, finalReason.get()));
    }
    if (wokenFor.compareTo(clusters.wakeTimeout()) < 0) {
      return Optional.empty();
    }
    if (isServedWhileStarting(waking)) {
      return Optional.of(
          new Decision.Renew(WakeOutcome.READY, wokenFor, "", State.Waking.unasked()));
    }
    long awaitedSince = waking.awaitedSince().orElse(since);
    return Optional.of(
        awaitedSince == since
            ? fail(WakeOutcome.TIMEOUT, wokenFor, timeout())
            : new Decision.Renew(
                WakeOutcome.TIMEOUT, wokenFor, timeout(), State.Waking.of(awaitedSince)));
  }

  /** Whether daemons relay to pods whose port is open, although Kubernetes calls none ready. */
  private boolean isServedWhileStarting(State.Waking waking) {
    return waking.awaitedSince().isEmpty()
        && clusters.all().stream().anyMatch(endpoints::isDialledWhileStarting)
        && activity.isUnderWay(clusters.all());
  }

  /** Why waiting any longer is of no use, if it is not. */
  private Optional<String> finalReason() {
    if (replicas.isMissing()) {
      return Optional.of(key + " does not exist");
    }
    return replicas
        .refusal()
        .or(() -> Optional.of(failure.reason()).filter(told -> failure.isFinal(replicas.count())));
  }

  private String timeout() {
    String why = whyNotReady();
    String reason = "not ready after " + Durations.format(clusters.wakeTimeout());
    return why.isEmpty() ? reason : reason + ": " + why;
  }

  private String whyNotReady() {
    if (replicas.isReset()) {
      return "somebody else sets its replicas back";
    }
    if (failure.isKnown()) {
      return failure.reason();
    }
    return replicas.problem().isEmpty() ? standing : replicas.problem();
  }

  private Decision fail(WakeOutcome outcome, Duration wokenFor, String reason) {
    activity.judged(clusters.all());
    wanted.settled();
    return new Decision.Fail(outcome, wokenFor, reason);
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
    boolean mayRetry = sinceVerdict.isEmpty() || sinceVerdict.getAsLong() >= RETRY.toNanos();
    return mayRetry ? wanted.isWanted() : wanted.isWished();
  }

  /** How long ago the latest wake failed, for a workload that sleeps since then. */
  private OptionalLong sinceVerdict(State state) {
    return state instanceof State.Asleep(Optional<Verdict> verdict, long since)
            && verdict.isPresent()
        ? OptionalLong.of(clock.getAsLong() - since)
        : OptionalLong.empty();
  }
}
