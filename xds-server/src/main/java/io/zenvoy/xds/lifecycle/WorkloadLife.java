package io.zenvoy.xds.lifecycle;

import io.zenvoy.common.Durations;
import io.zenvoy.xds.lifecycle.LifecycleObserver.SleepOutcome;
import io.zenvoy.xds.lifecycle.LifecycleObserver.WakeOutcome;
import io.zenvoy.xds.lifecycle.Nodes.Node;
import io.zenvoy.xds.model.Cluster;
import io.zenvoy.xds.model.Endpoints;
import io.zenvoy.xds.model.Phase;
import io.zenvoy.xds.model.Verdict;
import io.zenvoy.xds.model.WorkloadKey;
import io.zenvoy.xds.serve.NodeKind;
import io.zenvoy.xds.workloads.Scaler;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * One workload's way through the phases. Every input is remembered as a fact, and {@link #evaluate}
 * derives from the facts what is to be done: so a message that was lost or came twice changes
 * nothing for longer than until the next one.
 *
 * <p>Owned by the life cycle's thread.
 */
final class WorkloadLife {
  /** How long Envoys are given to accept a wake before the slot is put behind the pods anyway. */
  private static final Duration SLOTLESS_LIMIT = Duration.ofSeconds(2);

  /** How long the nodes are given to prove that nothing is under way. */
  private static final Duration DRAIN_LIMIT = Duration.ofSeconds(30);

  /** How long the daemons are given to answer what they had parked when a wake failed. */
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);

  private final WorkloadKey key;
  private final Nodes nodes;
  private final Rollout rollout;
  private final LifecycleObserver observer;
  private final LongSupplier clock;
  private final Replicas replicas;
  private final Activity activity;
  private final WorkloadClusters clusters = new WorkloadClusters();
  private final WorkloadEndpoints endpoints;
  private String failure = "";
  private String latestFailure = "";
  private boolean wokenByUs;
  private boolean moved;
  private State state = new State.Asleep(Optional.empty(), 0);

  WorkloadLife(
      WorkloadKey key,
      Nodes nodes,
      Rollout rollout,
      Scaler scaler,
      LifecycleObserver observer,
      LongSupplier clock) {
    this.key = key;
    this.nodes = nodes;
    this.rollout = rollout;
    this.observer = observer;
    this.clock = clock;
    this.replicas = new Replicas(key, scaler, clock, this::evaluate);
    this.activity = new Activity(nodes, clock.getAsLong());
    this.endpoints = new WorkloadEndpoints(clock);
  }

  WorkloadKey key() {
    return key;
  }

  Phase phase() {
    return state.phase();
  }

  Activity activity() {
    return activity;
  }

  Replicas replicas() {
    return replicas;
  }

  Collection<Cluster> clusters() {
    return clusters.all();
  }

  /** Whether it may change its phase or its endpoints by the passing of time alone. */
  boolean isRestless() {
    return switch (state) {
      case State.Asleep asleep -> replicas.count() > 0;
      case State.Waking waking -> true;
      case State.Awake awake -> !awake.slotBehind();
      case State.Draining draining -> true;
    };
  }

  /** Adds a cluster or changes it; its connections go where the phase wants them. */
  void define(Cluster cluster) {
    clusters.put(cluster);
    rollout.define(endpoints.assignment(cluster, state), clock.getAsLong());
    observer.phase(key, clusters.names(), phase());
  }

  void remove(String cluster) {
    clusters.remove(cluster);
    endpoints.remove(cluster);
  }

  /** The endpoints of one cluster have changed. */
  void endpoints(String cluster, Endpoints now) {
    endpoints.put(cluster, now);
    publish();
    evaluate();
  }

  /** The workload can't become ready without somebody's help. */
  void failed(String reason) {
    failure = reason;
    latestFailure = reason;
    evaluate();
  }

  /** The workload's replicas were observed. */
  void observed(int count, String version) {
    replicas.observed(count, version);
    if (replicas.count() != 0 && replicas.count() != clusters.wantedReplicas()) {
      wokenByUs = false;
    }
  }

  /** A node has reported, whether or not its report spoke of this workload. */
  void reportedBy(Node node, long stream) {
    if (state instanceof State.Draining draining) {
      draining.proof().reported(node, stream, clusters.all());
    }
  }

  /** Begins to drain if the workload was quiet for its whole window. */
  void considerSleep(long unknownUntilNanos) {
    long now = clock.getAsLong();
    if (!(state instanceof State.Awake) || replicas.count() == 0) {
      return;
    }
    if (activity.isUnderWay(clusters.all())) {
      activity.touch(now);
    }
    long quietSince = Math.max(activity.latestNanos(), unknownUntilNanos);
    if (now - quietSince >= clusters.window().toNanos()) {
      enter(
          new State.Draining(
              now, activity.uses(), State.Draining.Step.SWITCH, proofBy(NodeKind.ENVOY)));
      evaluate();
    }
  }

  /** Derives what is to be done from what is known now. */
  void evaluate() {
    if (clusters.all().isEmpty()) {
      return; // the last service left while a write was in flight
    }
    if (replicas.count() > 0) {
      endpoints.mayLive();
    } else if (!replicas.isInFlight()) {
      wokenByUs = false;
    }
    do {
      moved = false;
      switch (state) {
        case State.Asleep asleep -> whileAsleep(asleep);
        case State.Waking waking -> whileWaking(waking);
        case State.Awake awake -> whileAwake(awake);
        case State.Draining draining -> whileDraining(draining);
      }
    } while (moved);
  }

  private void whileAsleep(State.Asleep asleep) {
    long now = clock.getAsLong();
    if (endpoints.anyReady()) {
      enterAwake();
    } else if (isAwaited()) {
      beginWake(now);
    } else if (replicas.count() > 0) {
      if (asleep.verdict().isEmpty()) {
        enter(new State.Waking(OptionalLong.empty()));
      } else {
        returnToZeroIfVain();
      }
    }
  }

  private void whileWaking(State.Waking waking) {
    long now = clock.getAsLong();
    if (endpoints.anyReady()) {
      waking
          .awaitedSince()
          .ifPresent(since -> wakeEnded(WakeOutcome.READY, Duration.ofNanos(now - since), ""));
      enterAwake();
    } else if (!isAwaited()) {
      whileNobodyWaits(waking);
    } else if (waking.awaitedSince().isEmpty()) {
      beginWake(now);
    } else {
      whileAwaited(now - waking.awaitedSince().getAsLong());
    }
  }

  private void whileNobodyWaits(State.Waking waking) {
    if (replicas.count() == 0 && !replicas.isInFlight()) {
      enter(new State.Asleep(Optional.empty(), clock.getAsLong()));
    } else if (waking.awaitedSince().isPresent()) {
      enter(new State.Waking(OptionalLong.empty()));
    } else {
      returnToZeroIfVain();
    }
  }

  private void whileAwaited(long waitedNanos) {
    if (replicas.isMissing()) {
      judge(WakeOutcome.FAILED, waitedNanos, key + " does not exist");
    } else if (replicas.refusal().isPresent()) {
      judge(WakeOutcome.FAILED, waitedNanos, replicas.refusal().get());
    } else if (!failure.isEmpty()) {
      judge(WakeOutcome.FAILED, waitedNanos, failure);
    } else if (waitedNanos >= clusters.wakeTimeout().toNanos()) {
      judge(
          WakeOutcome.TIMEOUT,
          waitedNanos,
          "not ready after "
              + Durations.format(clusters.wakeTimeout())
              + (latestFailure.isEmpty() ? "" : ": " + latestFailure));
    } else if (replicas.count() == 0) {
      replicas.scale(clusters.wantedReplicas());
      wokenByUs |= replicas.isInFlight();
    }
  }

  private void beginWake(long now) {
    failure = "";
    replicas.freshStart();
    enter(new State.Waking(OptionalLong.of(now)));
  }

  private void whileAwake(State.Awake awake) {
    if (!endpoints.anyReady()) {
      fall();
    } else if (!awake.slotBehind()
        && (clock.getAsLong() - awake.sinceNanos() >= SLOTLESS_LIMIT.toNanos()
            || clusters.names().stream().allMatch(rollout::acceptedByEnvoys))) {
      enter(new State.Awake(awake.sinceNanos(), true));
    }
  }

  private void whileDraining(State.Draining draining) {
    if (draining.step() == State.Draining.Step.SCALE) {
      whileScalingToZero(draining);
    } else if (!endpoints.anyReady()) {
      sleepEnded(SleepOutcome.CANCELLED);
      fall();
    } else if (activity.uses() != draining.uses()) {
      sleepEnded(SleepOutcome.CANCELLED);
      enterAwake();
    } else if (clock.getAsLong() - draining.sinceNanos() >= DRAIN_LIMIT.toNanos()) {
      sleepEnded(SleepOutcome.UNPROVEN);
      enterAwake();
    } else if (nodes.allKnown(clock.getAsLong()) && draining.proof().holds(nodes)) {
      proven(draining);
    }
  }

  private void proven(State.Draining draining) {
    switch (draining.step()) {
      case SWITCH ->
          enter(
              new State.Draining(
                  draining.sinceNanos(),
                  draining.uses(),
                  State.Draining.Step.WITHDRAW,
                  proofBy(NodeKind.DAEMON)));
      case WITHDRAW -> {
        enter(
            new State.Draining(
                draining.sinceNanos(),
                draining.uses(),
                State.Draining.Step.SCALE,
                draining.proof()));
        replicas.freshStart();
        replicas.scale(0);
      }
      case SCALE -> throw new IllegalStateException("already proven");
    }
  }

  private void whileScalingToZero(State.Draining draining) {
    if (replicas.isInFlight()) {
      return;
    }
    if (replicas.isOvertaken()
        && activity.uses() == draining.uses()
        && clock.getAsLong() - draining.sinceNanos() < DRAIN_LIMIT.toNanos()) {
      replicas.scale(0);
    } else if (replicas.count() == 0) {
      endpoints.allDie();
      sleepEnded(SleepOutcome.ASLEEP);
      enter(new State.Asleep(Optional.empty(), clock.getAsLong()));
    } else {
      sleepEnded(SleepOutcome.NOT_SCALED);
      enterAwake();
    }
  }

  /** Must be made before that is published which it is to prove. */
  private Proof proofBy(NodeKind kind) {
    return new Proof(kind, rollout, clusters.names());
  }

  private void returnToZeroIfVain() {
    if (wokenByUs
        && nodes.allKnown(clock.getAsLong())
        && clock.getAsLong() - activity.latestNanos() >= clusters.window().toNanos()
        && !activity.isUnderWay(clusters.all())) {
      replicas.scale(0);
    }
  }

  /** No endpoint is ready any more. */
  private void fall() {
    enter(
        replicas.count() > 0
            ? new State.Waking(OptionalLong.empty())
            : new State.Asleep(Optional.empty(), clock.getAsLong()));
  }

  private void enterAwake() {
    wokenByUs = false;
    failure = "";
    latestFailure = "";
    activity.touch(clock.getAsLong());
    enter(new State.Awake(clock.getAsLong(), false));
  }

  private void judge(WakeOutcome outcome, long waitedNanos, String reason) {
    activity.judged(clusters.all());
    wakeEnded(outcome, Duration.ofNanos(waitedNanos), reason);
    long now = clock.getAsLong();
    enter(new State.Asleep(Optional.of(new Verdict(Long.toHexString(now), reason)), now));
  }

  private void enter(State next) {
    boolean phaseChanged = next.phase() != state.phase();
    state = next;
    moved = true;
    publish();
    if (phaseChanged) {
      observer.phase(key, clusters.names(), next.phase());
    }
  }

  private void publish() {
    for (Cluster cluster : clusters.all()) {
      rollout.assign(endpoints.assignment(cluster, state));
    }
  }

  private boolean isAwaited() {
    boolean judged =
        state instanceof State.Asleep(Optional<Verdict> verdict, long since)
            && verdict.isPresent()
            && clock.getAsLong() - since < ANSWER_LIMIT.toNanos();
    return activity.isAwaited(
        clusters.all(),
        cluster -> judged ? rollout.revision(NodeKind.DAEMON, cluster) : 0,
        clock.getAsLong());
  }

  private void wakeEnded(WakeOutcome outcome, Duration duration, String reason) {
    observer.wakeEnded(key, clusters.names(), outcome, duration, reason);
  }

  private void sleepEnded(SleepOutcome outcome) {
    observer.sleepEnded(key, clusters.names(), outcome);
  }
}
