package io.zenvoy.xds.lifecycle;

import io.zenvoy.xds.lifecycle.LifecycleObserver.SleepOutcome;
import io.zenvoy.xds.lifecycle.State.Draining;
import io.zenvoy.xds.lifecycle.State.Draining.Step;
import io.zenvoy.xds.serve.NodeKind;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * How one workload falls asleep: when it begins to drain, what each step waits for, and what ends
 * it. Only decides; {@link WorkloadLife} enters and publishes.
 *
 * <p>Owned by the life cycle's thread.
 */
final class Drainer {
  /** How long the nodes are given to prove that nothing is under way. */
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final Nodes nodes;
  private final Rollout rollout;
  private final Replicas replicas;
  private final Activity activity;
  private final WorkloadClusters clusters;
  private final WorkloadEndpoints endpoints;
  private final Wanted wanted;
  private final LongSupplier clock;

  /** What comes next while draining. */
  sealed interface Decision {
    /** Not everything is proven yet. */
    record Wait() implements Decision {}

    /** The next step. */
    record Go(Draining next) implements Decision {}

    /** It sleeps, or will not. */
    record End(SleepOutcome outcome) implements Decision {}
  }

  Drainer(
      Nodes nodes,
      Rollout rollout,
      Replicas replicas,
      Activity activity,
      WorkloadClusters clusters,
      WorkloadEndpoints endpoints,
      Wanted wanted,
      LongSupplier clock) {
    this.nodes = nodes;
    this.rollout = rollout;
    this.replicas = replicas;
    this.activity = activity;
    this.clusters = clusters;
    this.endpoints = endpoints;
    this.wanted = wanted;
    this.clock = clock;
  }

  /**
   * Where a workload with replicas goes if it was quiet for its whole window, whether or not its
   * pods are ready; empty if it was not.
   *
   * @param unknownUntilNanos until when some node did not tell what it was doing
   */
  Optional<Draining> begin(long unknownUntilNanos) {
    long now = clock.getAsLong();
    if (replicas.count() == 0) {
      return Optional.empty();
    }
    if (activity.isUnderWay(clusters.all())) {
      activity.touch(now);
    }
    long quietSince = Math.max(activity.latestNanos(), unknownUntilNanos);
    return now - quietSince < clusters.window().toNanos()
        ? Optional.empty()
        : Optional.of(
            new Draining(
                now,
                activity.uses(),
                Step.SWITCH,
                endpoints.anyReady(),
                List.of(new Proof(NodeKind.ENVOY, rollout))));
  }

  /** What comes next. */
  Decision next(Draining draining) {
    if (draining.step() == Step.SCALE) {
      return whileScaling(draining);
    }
    if (endpoints.anyReady() != draining.ready() || isToStay(draining)) {
      return new Decision.End(SleepOutcome.CANCELLED);
    }
    if (isOverdue(draining) || nodes.hasForgottenSince(draining.sinceNanos())) {
      return new Decision.End(SleepOutcome.UNPROVEN);
    }
    if (!nodes.allKnown(clock.getAsLong()) || !draining.isProven(nodes)) {
      return new Decision.Wait();
    }
    return new Decision.Go(
        switch (draining.step()) {
          case SWITCH -> draining.withdraw(new Proof(NodeKind.DAEMON, rollout));
          case WITHDRAW -> draining.scale();
          case SCALE -> throw new IllegalStateException("already proven");
        });
  }

  /** Asks for the scale to zero, once everything is proven. */
  void scale() {
    replicas.freshStart();
    replicas.scale(0);
  }

  /**
   * A write without an answer is repeated even if the workload is in use by now: perhaps its pods
   * are ending, and until that is known what comes is better parked than given to them.
   */
  private Decision whileScaling(Draining draining) {
    if (replicas.isInFlight()) {
      return new Decision.Wait();
    }
    if (replicas.count() == 0) {
      return new Decision.End(SleepOutcome.ASLEEP);
    }
    if (replicas.isOvertaken() && isToStay(draining)) {
      return new Decision.End(SleepOutcome.CANCELLED);
    }
    if ((replicas.isOvertaken() || replicas.isUnanswered()) && !isOverdue(draining)) {
      replicas.scale(0);
      return new Decision.Wait();
    }
    return new Decision.End(SleepOutcome.NOT_SCALED);
  }

  /** Whether a reason to stay awake has come since it began. */
  private boolean isToStay(Draining draining) {
    return activity.uses() != draining.uses() || wanted.isWanted() || clusters.isDryRun();
  }

  private boolean isOverdue(Draining draining) {
    return clock.getAsLong() - draining.sinceNanos() >= LIMIT.toNanos();
  }
}
