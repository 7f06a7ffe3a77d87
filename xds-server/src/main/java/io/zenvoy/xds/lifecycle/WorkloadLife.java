package io.zenvoy.xds.lifecycle;

import io.zenvoy.common.Durations;
import io.zenvoy.common.HostPort;
import io.zenvoy.xds.lifecycle.LifecycleObserver.SleepOutcome;
import io.zenvoy.xds.lifecycle.LifecycleObserver.WakeOutcome;
import io.zenvoy.xds.lifecycle.Nodes.Node;
import io.zenvoy.xds.model.Assignment;
import io.zenvoy.xds.model.Assignment.EnvoySide;
import io.zenvoy.xds.model.Cluster;
import io.zenvoy.xds.model.Endpoints;
import io.zenvoy.xds.model.Phase;
import io.zenvoy.xds.model.ServicePolicy;
import io.zenvoy.xds.model.Verdict;
import io.zenvoy.xds.model.WorkloadKey;
import io.zenvoy.xds.serve.NodeKind;
import io.zenvoy.xds.workloads.Scaler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
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

  /**
   * For how long an endpoint that is listed after the workload was scaled to zero is taken for a
   * dying one.
   */
  private static final Duration DYING = Duration.ofSeconds(3);

  /** How long the daemons are given to answer what they had parked when a wake failed. */
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);

  private final WorkloadKey key;
  private final Nodes nodes;
  private final Rollout rollout;
  private final LifecycleObserver observer;
  private final LongSupplier clock;
  private final Replicas replicas;
  private final Activity activity;
  private final Map<String, Cluster> clusters = new TreeMap<>();
  private final Map<String, Endpoints> endpoints = new TreeMap<>();
  private final Set<HostPort> dying = new TreeSet<>((a, b) -> a.toString().compareTo(b.toString()));
  private long dyingUntilNanos;
  private String failure = "";
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
    return clusters.values();
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
    clusters.put(cluster.name(), cluster);
    rollout.define(assignment(cluster), clock.getAsLong());
    observer.phase(key, names(), phase());
  }

  void remove(String cluster) {
    clusters.remove(cluster);
    endpoints.remove(cluster);
  }

  /** The endpoints of one cluster have changed. */
  void endpoints(String cluster, Endpoints now) {
    endpoints.put(cluster, now);
    dying.removeIf(
        endpoint -> endpoints.values().stream().noneMatch(e -> e.ready().contains(endpoint)));
    publish();
    evaluate();
  }

  /** The workload can't become ready without somebody's help. */
  void failed(String reason) {
    failure = reason;
    evaluate();
  }

  /** A node has reported, whether or not its report spoke of this workload. */
  void reportedBy(Node node, long stream) {
    if (state instanceof State.Draining draining) {
      draining.proof().reported(node, stream, clusters.values());
    }
  }

  /** Begins to drain if the workload was quiet for its whole window. */
  void considerSleep(long unknownUntilNanos) {
    long now = clock.getAsLong();
    if (!(state instanceof State.Awake) || replicas.count() == 0) {
      return;
    }
    if (activity.isUnderWay(clusters.values())) {
      activity.touch(now);
    }
    long quietSince = Math.max(activity.latestNanos(), unknownUntilNanos);
    if (now - quietSince >= window().toNanos()) {
      enter(new State.Draining(now, State.Draining.Step.SWITCH, proofBy(NodeKind.ENVOY)));
      evaluate();
    }
  }

  /** Derives what is to be done from what is known now. */
  void evaluate() {
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
    if (isReady()) {
      enterAwake();
    } else if (isAwaited()) {
      failure = "";
      replicas.freshStart();
      enter(new State.Waking(OptionalLong.of(now)));
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
    if (isReady()) {
      waking
          .awaitedSince()
          .ifPresent(since -> wakeEnded(WakeOutcome.READY, Duration.ofNanos(now - since), ""));
      enterAwake();
    } else if (!isAwaited()) {
      whileNobodyWaits(waking);
    } else if (waking.awaitedSince().isEmpty()) {
      replicas.freshStart();
      enter(new State.Waking(OptionalLong.of(now)));
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
    } else if (waitedNanos >= wakeTimeout().toNanos()) {
      judge(WakeOutcome.TIMEOUT, waitedNanos, "not ready after " + Durations.format(wakeTimeout()));
    } else if (replicas.count() == 0) {
      wokenByUs = true;
      replicas.scale(wantedReplicas());
    }
  }

  private void whileAwake(State.Awake awake) {
    if (!isReady()) {
      fall();
    } else if (!awake.slotBehind()
        && (clock.getAsLong() - awake.sinceNanos() >= SLOTLESS_LIMIT.toNanos()
            || clusters.keySet().stream().allMatch(rollout::acceptedByEnvoys))) {
      enter(new State.Awake(awake.sinceNanos(), true));
    }
  }

  private void whileDraining(State.Draining draining) {
    if (draining.step() == State.Draining.Step.SCALE) {
      whileScalingToZero();
    } else if (!isReady()) {
      sleepEnded(SleepOutcome.CANCELLED);
      fall();
    } else if (activity.latestNanos() - draining.sinceNanos() > 0) {
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
                  draining.sinceNanos(), State.Draining.Step.WITHDRAW, proofBy(NodeKind.DAEMON)));
      case WITHDRAW -> {
        enter(
            new State.Draining(draining.sinceNanos(), State.Draining.Step.SCALE, draining.proof()));
        replicas.freshStart();
        replicas.scale(0);
      }
      case SCALE -> throw new IllegalStateException("already proven");
    }
  }

  private void whileScalingToZero() {
    if (replicas.isInFlight()) {
      return;
    }
    if (replicas.count() == 0) {
      endpoints.values().forEach(each -> dying.addAll(each.ready()));
      dyingUntilNanos = clock.getAsLong() + DYING.toNanos();
      wokenByUs = false;
      sleepEnded(SleepOutcome.ASLEEP);
      enter(new State.Asleep(Optional.empty(), clock.getAsLong()));
    } else {
      sleepEnded(SleepOutcome.NOT_SCALED);
      enterAwake();
    }
  }

  /** Must be made before that is published which it is to prove. */
  private Proof proofBy(NodeKind kind) {
    return new Proof(kind, rollout, clusters.keySet());
  }

  private void returnToZeroIfVain() {
    if (wokenByUs
        && clock.getAsLong() - activity.latestNanos() >= window().toNanos()
        && !activity.isUnderWay(clusters.values())) {
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
    activity.touch(clock.getAsLong());
    enter(new State.Awake(clock.getAsLong(), false));
  }

  private void judge(WakeOutcome outcome, long waitedNanos, String reason) {
    activity.judged(clusters.values());
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
      observer.phase(key, names(), next.phase());
    }
  }

  private void publish() {
    for (Cluster cluster : clusters.values()) {
      rollout.assign(assignment(cluster));
    }
  }

  private Assignment assignment(Cluster cluster) {
    List<HostPort> ready = ready(cluster.name());
    return switch (state) {
      case State.Asleep asleep -> Assignment.parked(cluster, asleep.verdict());
      case State.Waking waking ->
          new Assignment(cluster, new EnvoySide.SlotOnly(), dialable(cluster), Optional.empty());
      case State.Awake awake ->
          new Assignment(
              cluster, envoySide(ready, awake.slotBehind()), dialable(cluster), Optional.empty());
      case State.Draining draining ->
          draining.step() == State.Draining.Step.SWITCH
              ? new Assignment(
                  cluster, new EnvoySide.SlotOnly(), dialable(cluster), Optional.empty())
              : Assignment.parked(cluster, Optional.empty());
    };
  }

  private static EnvoySide envoySide(List<HostPort> pods, boolean slotBehind) {
    if (pods.isEmpty()) {
      return new EnvoySide.SlotOnly();
    }
    return slotBehind ? new EnvoySide.PodsThenSlot(pods) : new EnvoySide.PodsOnly(pods);
  }

  /**
   * The endpoints that daemons may dial: the ready ones, and with {@code ready: tcp} those that are
   * only starting.
   */
  private List<HostPort> dialable(Cluster cluster) {
    List<HostPort> dialable = new ArrayList<>(ready(cluster.name()));
    if (dialable.isEmpty() && cluster.policy().startingCounts()) {
      dialable.addAll(endpoints.getOrDefault(cluster.name(), Endpoints.NONE).starting());
    }
    return dialable;
  }

  private List<HostPort> ready(String cluster) {
    List<HostPort> ready = endpoints.getOrDefault(cluster, Endpoints.NONE).ready();
    if (dying.isEmpty() || clock.getAsLong() - dyingUntilNanos >= 0) {
      return ready;
    }
    return ready.stream().filter(endpoint -> !dying.contains(endpoint)).toList();
  }

  private boolean isReady() {
    return clusters.keySet().stream().anyMatch(cluster -> !ready(cluster).isEmpty());
  }

  private boolean isAwaited() {
    boolean judged =
        state instanceof State.Asleep(Optional<Verdict> verdict, long since)
            && verdict.isPresent()
            && clock.getAsLong() - since < ANSWER_LIMIT.toNanos();
    return activity.isAwaited(
        clusters.values(),
        cluster -> judged ? rollout.revision(NodeKind.DAEMON, cluster) : 0,
        clock.getAsLong());
  }

  private Duration window() {
    return longest(ServicePolicy::scaleToZeroAfter);
  }

  private Duration wakeTimeout() {
    return longest(ServicePolicy::wakeTimeout);
  }

  private Duration longest(Function<ServicePolicy, Duration> setting) {
    return clusters.values().stream()
        .map(cluster -> setting.apply(cluster.policy()))
        .max(Duration::compareTo)
        .orElse(Duration.ofDays(1));
  }

  private int wantedReplicas() {
    return clusters.values().stream().mapToInt(c -> c.policy().replicas()).max().orElse(1);
  }

  private Set<String> names() {
    return Set.copyOf(clusters.keySet());
  }

  private void wakeEnded(WakeOutcome outcome, Duration duration, String reason) {
    observer.wakeEnded(key, names(), outcome, duration, reason);
  }

  private void sleepEnded(SleepOutcome outcome) {
    observer.sleepEnded(key, names(), outcome);
  }
}
