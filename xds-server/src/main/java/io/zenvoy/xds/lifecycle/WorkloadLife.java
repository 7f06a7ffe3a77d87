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
import java.time.Instant;
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

  private final WorkloadKey key;
  private final Rollout rollout;
  private final LifecycleObserver observer;
  private final Neighbours neighbours;
  private final LongSupplier clock;
  private final Replicas replicas;
  private final Activity activity;
  private final WorkloadClusters clusters = new WorkloadClusters();
  private final WorkloadEndpoints endpoints;
  private final Waker waker;
  private final Drainer drainer;
  private final DryRun dryRun;
  private boolean moved;
  private State state = new State.Asleep(Optional.empty(), 0);

  WorkloadLife(
      WorkloadKey key,
      Nodes nodes,
      Rollout rollout,
      Scaler scaler,
      LifecycleObserver observer,
      Neighbours neighbours,
      LongSupplier clock) {
    this.key = key;
    this.rollout = rollout;
    this.observer = observer;
    this.neighbours = neighbours;
    this.clock = clock;
    this.replicas = new Replicas(key, scaler, clock, this::evaluate);
    this.activity = new Activity(nodes, clock.getAsLong());
    this.endpoints = new WorkloadEndpoints(clock);
    this.waker = new Waker(key, nodes, rollout, replicas, activity, clusters, neighbours, clock);
    this.drainer = new Drainer(nodes, rollout, replicas, activity, clusters, endpoints, clock);
    this.dryRun = new DryRun(key, observer, replicas, activity, clusters, neighbours, clock);
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
          replicas.count() > 0 || endpoints.mayRevive() || neighbours.want(key);
      case State.Waking waking -> true;
      case State.Awake awake -> !awake.slotBehind();
      case State.Draining draining -> true;
    };
  }

  /** Adds a cluster or changes it; its connections go where the phase wants them. */
  void define(Cluster cluster) {
    clusters.put(cluster);
    rollout.define(endpoints.assignment(cluster, state), clock.getAsLong());
    observer.phase(clusters.of(key), phase());
  }

  void remove(String cluster) {
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
    replicas.observed(seen.replicas(), seen.version());
    waker.stands(seen.standing());
    if (replicas.count() != 0 && replicas.count() != clusters.wantedReplicas()) {
      waker.disown();
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
    if (!(state instanceof State.Awake awake)) {
      return;
    }
    dryRun.proceed();
    Optional<State.Draining> draining =
        neighbours.want(key) ? Optional.empty() : drainer.begin(awake, unknownUntilNanos);
    if (draining.isPresent() && clusters.isDryRun()) {
      dryRun.sleep();
    } else if (draining.isPresent()) {
      enter(draining.get());
      evaluate();
    }
  }

  /** Whether clients of its own wait for it. */
  boolean isAwaited() {
    return state instanceof State.Waking && waker.isAwaitedByClients(state);
  }

  /** Whether the workload is to be awake at that time, whoever asks. */
  boolean isAwakeTime(Instant now) {
    return clusters.isAwakeTime(now);
  }

  /** Derives what is to be done from what is known now. */
  void evaluate() {
    if (clusters.all().isEmpty()) {
      return; // the last service left while a write was in flight
    }
    if (replicas.count() > 0) {
      endpoints.mayLive();
    } else if (!replicas.isInFlight()) {
      waker.disown();
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
    if (endpoints.anyReady()) {
      enterAwake();
    } else {
      follow(waker.next(asleep));
    }
  }

  private void whileWaking(State.Waking waking) {
    if (endpoints.anyReady()) {
      waking
          .awaitedSince()
          .ifPresent(
              since ->
                  wakeEnded(WakeOutcome.READY, Duration.ofNanos(clock.getAsLong() - since), ""));
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
    }
  }

  private void whileAwake(State.Awake awake) {
    if (!endpoints.anyReady()) {
      waker.fell(awake.sinceNanos());
      fall();
    } else if (!awake.slotBehind()
        && (clock.getAsLong() - awake.sinceNanos() >= SLOTLESS_LIMIT.toNanos()
            || clusters.names().stream().allMatch(rollout::acceptedByEnvoys))) {
      enter(new State.Awake(awake.sinceNanos(), true));
    }
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
    waker.disown();
    observer.sleepEnded(clusters.of(key), outcome);
    if (outcome == SleepOutcome.ASLEEP) {
      endpoints.allDie();
      enter(new State.Asleep(Optional.empty(), clock.getAsLong()));
    } else if (endpoints.anyReady()) {
      enterAwake();
    } else {
      fall();
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
    waker.recovered();
    dryRun.forget();
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
