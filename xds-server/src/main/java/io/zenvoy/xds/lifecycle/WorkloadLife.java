package io.zenvoy.xds.lifecycle;

import io.zenvoy.xds.lifecycle.LifecycleObserver.SleepOutcome;
import io.zenvoy.xds.lifecycle.LifecycleObserver.WakeOutcome;
import io.zenvoy.xds.lifecycle.Nodes.Node;
import io.zenvoy.xds.model.Cluster;
import io.zenvoy.xds.model.Endpoints;
import io.zenvoy.xds.model.Phase;
import io.zenvoy.xds.model.Verdict;
import io.zenvoy.xds.model.WorkloadKey;
import io.zenvoy.xds.workloads.Scaler;
import io.zenvoy.xds.workloads.WorkloadEvent.WorkloadObserved;
import java.time.Duration;
import java.time.InstantSource;
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
final class WorkloadLife implements Replicas.Listener {
  private final WorkloadKey key;
  private final Rollout rollout;
  private final LifecycleObserver observer;
  private final LongSupplier clock;
  private final Replicas replicas;
  private final Activity activity;
  private final WorkloadClusters clusters = new WorkloadClusters();
  private final WorkloadEndpoints endpoints;
  private final Wanted wanted;
  private final Waker waker;
  private final Drainer drainer;
  private final DryRun dryRun;
  private boolean moved;
  private boolean atZero = true;
  private State state = new State.Asleep(Optional.empty(), 0);

  WorkloadLife(
      WorkloadKey key,
      Nodes nodes,
      Rollout rollout,
      Scaler scaler,
      LifecycleObserver observer,
      Neighbours neighbours,
      LongSupplier clock,
      InstantSource wallClock) {
    this.key = key;
    this.rollout = rollout;
    this.observer = observer;
    this.clock = clock;
    this.replicas = new Replicas(key, scaler, clock, clusters::isDryRun, this);
    this.activity = new Activity(nodes, clock.getAsLong());
    this.endpoints = new WorkloadEndpoints(clock);
    this.wanted = new Wanted(key, clusters, neighbours, clock, wallClock);
    this.waker =
        new Waker(key, rollout, replicas, activity, clusters, endpoints, neighbours, wanted, clock);
    this.drainer =
        new Drainer(nodes, rollout, replicas, activity, clusters, endpoints, wanted, clock);
    this.dryRun =
        new DryRun(observer, () -> clusters.of(key), replicas, activity, clusters, wanted, clock);
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
      case State.Asleep asleep ->
          replicas.count() > 0 || endpoints.mayRevive() || wanted.isWanted();
      case State.Waking waking -> true;
      case State.Awake awake -> !awake.slotBehind() || dryRun.isAsleep();
      case State.Draining draining -> true;
    };
  }

  /** Adds a cluster or changes it; its connections go where the phase wants them. */
  void define(Cluster cluster) {
    boolean watched = clusters.isDryRun();
    clusters.put(cluster);
    if (watched && !clusters.isDryRun()) {
      dryRun.look();
      wanted.resume();
    }
    rollout.define(endpoints.assignment(cluster, state), clock.getAsLong());
    observer.phase(clusters.of(key), phase());
  }

  void remove(String cluster) {
    if (clusters.all().size() == 1 && state instanceof State.Waking(OptionalLong since, var _)) {
      since.ifPresent(
          began ->
              wakeEnded(
                  WakeOutcome.FAILED,
                  Duration.ofNanos(clock.getAsLong() - began),
                  "no Service leads to it any more"));
    }
    clusters.remove(cluster);
    endpoints.remove(cluster);
  }

  /** The endpoints of one cluster have changed. */
  void endpoints(String cluster, Endpoints now) {
    endpoints.put(cluster, now, replicas.isZero());
    publish();
    evaluate();
  }

  /** The workload can't become ready without somebody's help. */
  void failed(String reason) {
    waker.failed(reason);
    evaluate();
  }

  /** What kept the workload from becoming ready is over. */
  void recovered() {
    waker.recovered();
    evaluate();
  }

  /** The workload's replicas were observed. */
  void observed(WorkloadObserved seen) {
    boolean known = replicas.isKnown();
    int before = replicas.count();
    replicas.observed(seen.replicas(), seen.version());
    waker.stands(seen.standing());
    if (replicas.count() > before) {
      activity.touch(clock.getAsLong());
    }
    if (known && before != replicas.count() && isRaisedByOthers()) {
      replicas.disown();
    }
  }

  /**
   * Whether somebody else wants it, though it is not ready: what is awake is ours whoever scales.
   */
  private boolean isRaisedByOthers() {
    return (state instanceof State.Asleep || state instanceof State.Waking)
        && replicas.count() != 0
        && replicas.count() != clusters.wantedReplicas();
  }

  @Override
  public void writeEnded() {
    evaluate();
  }

  @Override
  public void zeroedByOthers() {
    wanted.drop();
  }

  /** A node has reported, whether or not its report spoke of this workload. */
  void reportedBy(Node node, long stream) {
    if (state instanceof State.Draining draining) {
      draining.proofs().forEach(proof -> proof.reported(node, stream, clusters.all()));
    }
  }

  /** Begins to drain if the workload was quiet for its whole window. */
  void considerSleep(long unknownUntilNanos) {
    dryRun.count();
    if (!mayDrain() || wanted.isWanted()) {
      return;
    }
    Optional<State.Draining> draining = drainer.begin(unknownUntilNanos);
    if (draining.isPresent()) {
      if (clusters.isDryRun()) {
        dryRun.sleep();
      } else {
        enter(draining.get());
        evaluate();
      }
    }
  }

  /** Whether it may be taken to zero if it is quiet: also what does not become ready. */
  private boolean mayDrain() {
    boolean inVain = replicas.areOurs() && !clusters.isDryRun();
    return switch (state) {
      case State.Asleep asleep -> inVain && asleep.verdict().isPresent();
      case State.Waking waking -> inVain && waking.awaitedSince().isEmpty();
      case State.Awake awake -> true;
      case State.Draining draining -> false;
    };
  }

  /** Whether it is awaited for a reason of its own, and not ready. */
  boolean isAwaited() {
    return state instanceof State.Waking && waker.isAwaitedForItself(state);
  }

  /** Something is woken that it wakes with; to be evaluated soon. */
  void wish() {
    if (!(state instanceof State.Awake) || replicas.count() == 0) {
      wanted.wish();
    }
  }

  /** Derives what is to be done from what is known now. */
  void evaluate() {
    if (clusters.all().isEmpty()) {
      return; // the last service left while a write was in flight
    }
    followReplicas();
    dryRun.look();
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

  /** Whoever scaled to zero: what was ready before is ending. */
  private void followReplicas() {
    boolean zero = replicas.count() == 0;
    if (zero && !atZero) {
      endpoints.allDie();
    }
    atZero = zero;
    if (!zero) {
      wanted.resume();
      endpoints.mayLive();
    } else if (replicas.isZero() && !replicas.isInFlight()) {
      replicas.disown();
    }
  }

  private void whileAsleep(State.Asleep asleep) {
    if (endpoints.anyReady()) {
      enterAwake();
    } else {
      follow(waker.next(asleep));
    }
  }

  private void whileWaking(State.Waking waking) {
    if (endpoints.anyReady()) {
      waking
          .wokenSince()
          .ifPresent(
              since -> {
                activity.touch(clock.getAsLong());
                wakeEnded(WakeOutcome.READY, Duration.ofNanos(clock.getAsLong() - since), "");
              });
      enterAwake();
    } else {
      follow(waker.next(waking));
    }
  }

  private void follow(Waker.Decision decision) {
    switch (decision) {
      case Waker.Decision.Wait() -> {}
      case Waker.Decision.Go(State next) -> enter(next);
      case Waker.Decision.Fail(WakeOutcome outcome, Duration waited, String reason) -> {
        wakeEnded(outcome, waited, reason);
        long now = clock.getAsLong();
        enter(new State.Asleep(Optional.of(new Verdict(Long.toHexString(now), reason)), now));
      }
      case Waker.Decision.Renew(
              WakeOutcome outcome,
              Duration waited,
              String reason,
              State next) -> {
        wakeEnded(outcome, waited, reason);
        enter(next);
      }
    }
  }

  private void whileAwake(State.Awake awake) {
    if (!endpoints.anyReady()) {
      waker.fell(awake.sinceNanos());
      fall();
    } else if (!awake.slotBehind() && isFollowed(awake)) {
      enter(new State.Awake(awake.sinceNanos(), true));
    }
  }

  private boolean isFollowed(State.Awake awake) {
    long now = clock.getAsLong();
    return clusters.names().stream()
        .allMatch(name -> rollout.followedByEnvoys(name, awake.sinceNanos(), now));
  }

  private void whileDraining(State.Draining draining) {
    switch (drainer.next(draining)) {
      case Drainer.Decision.Wait() -> {}
      case Drainer.Decision.Go(State.Draining next) -> {
        enter(next);
        if (next.step() == State.Draining.Step.SCALE) {
          drainer.scale();
        }
      }
      case Drainer.Decision.End(SleepOutcome outcome) -> endDraining(outcome);
    }
  }

  private void endDraining(SleepOutcome outcome) {
    observer.sleepEnded(clusters.of(key), outcome);
    if (outcome == SleepOutcome.ASLEEP) {
      enter(new State.Asleep(Optional.empty(), clock.getAsLong()));
    } else if (endpoints.anyReady()) {
      activity.touch(clock.getAsLong());
      enterAwake();
    } else {
      fall();
    }
  }

  /** No endpoint is ready any more. */
  private void fall() {
    enter(
        replicas.count() > 0
            ? State.Waking.unasked()
            : new State.Asleep(Optional.empty(), clock.getAsLong()));
  }

  private void enterAwake() {
    replicas.own();
    waker.recovered();
    wanted.settled();
    enter(new State.Awake(clock.getAsLong(), false));
  }

  private void enter(State next) {
    boolean phaseChanged = next.phase() != state.phase();
    state = next;
    moved = true;
    publish();
    if (phaseChanged) {
      observer.phase(clusters.of(key), next.phase());
    }
  }

  private void publish() {
    for (Cluster cluster : clusters.all()) {
      rollout.assign(endpoints.assignment(cluster, state));
    }
  }

  private void wakeEnded(WakeOutcome outcome, Duration duration, String reason) {
    observer.wakeEnded(clusters.of(key), outcome, duration, reason);
  }
}
