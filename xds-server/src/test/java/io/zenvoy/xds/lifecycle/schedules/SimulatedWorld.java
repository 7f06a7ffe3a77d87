package io.zenvoy.xds.lifecycle.schedules;

import io.zenvoy.common.Slot;
import io.zenvoy.xds.lifecycle.Lifecycle;
import io.zenvoy.xds.lifecycle.schedules.SimulatedScaler.Fate;
import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.serve.NodeKind;
import io.zenvoy.xds.workloads.ScaleOutcome;
import io.zenvoy.xds.workloads.ScaleRequest;
import io.zenvoy.xds.workloads.WorkloadEvent;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Two services on one workload and one on another that wakes with it, two Envoys with a daemon
 * beside each, and a control plane that can be restarted. Times are short against each other as in
 * earnest.
 */
final class SimulatedWorld {
  private static final long HOLD_AFTER_START_NANOS =
      SimulatedServices.SETTINGS.sleepHoldAfterStart().toNanos();
  private static final long HOLD_AFTER_LOSS_NANOS =
      SimulatedServices.SETTINGS.sleepHoldAfterNodeLoss().toNanos();
  private static final Duration ROUND = Duration.ofMillis(300);
  private static final List<Fate> FATES = List.of(Fate.values());
  private static final List<String> CLUSTERS = List.of("web", "raw");

  private final SimulatedProxies proxies = new SimulatedProxies();
  private final SimulatedServices services = new SimulatedServices();
  private final SimulatedKubernetes kubernetes;
  private final SimulatedKubernetes companion;
  private final SimulatedScaler scaler;
  private final SimulatedScaler companionScaler;
  private final SimulatedTraffic traffic;
  private final Map<String, Slot> slots = new HashMap<>();
  private SimulatedPublisher publisher;
  private Lifecycle lifecycle;
  private long nowNanos = 1_000_000_000_000L;
  private long startedNanos;

  SimulatedWorld() {
    kubernetes =
        new SimulatedKubernetes(
            SimulatedServices.WORKLOAD,
            Set.of(new ServiceKey("default", "web"), new ServiceKey("default", "raw")),
            this::now,
            this::requireMayBePutToSleep);
    companion =
        new SimulatedKubernetes(
            SimulatedServices.COMPANION,
            Set.of(new ServiceKey("default", "db")),
            this::now,
            () -> {});
    scaler = new SimulatedScaler(kubernetes, this::now, services::mayWrite);
    companionScaler = new SimulatedScaler(companion, this::now, request -> true);
    traffic = new SimulatedTraffic(kubernetes, proxies.daemons(), this::now);
    publisher = new SimulatedPublisher();
    lifecycle = start();
    calm(Duration.ofSeconds(3));
  }

  SimulatedTraffic traffic() {
    return traffic;
  }

  SimulatedKubernetes kubernetes() {
    return kubernetes;
  }

  SimulatedKubernetes companion() {
    return companion;
  }

  SimulatedScaler scaler() {
    return scaler;
  }

  void act(Action action) {
    int pick = action.pick();
    SimulatedNode node = proxies.node(pick);
    SimulatedNode envoy = proxies.envoy(pick);
    SimulatedScaler asked = pick % 4 == 0 ? companionScaler : scaler;
    switch (action.kind()) {
      case ROUND -> round();
      case ROUGH_ROUND -> roughRound(new SplittableRandom(pick));
      case QUIET -> quiet(pick);
      case TIME -> pass(Duration.ofMillis(10L + pick % 1_500));
      case CONNECT -> traffic.connect(envoy, CLUSTERS.get(pick / 2 % CLUSTERS.size()));
      case FINISH -> traffic.finish(pick);
      case LEAVE -> traffic.leave(pick);
      case RECEIVE -> receive(node);
      case SWITCH -> envoy.switchWorkers();
      case REPORT -> node.report(traffic, publisher);
      case DELIVER -> node.deliver(lifecycle);
      case DELIVER_AGAIN -> node.deliverAgain(lifecycle);
      case ANSWER -> asked.answer();
      case UNAVAILABLE -> asked.fail(new ScaleOutcome.Unavailable("simulated"));
      case REFUSE -> asked.fail(new ScaleOutcome.Refused("simulated"));
      case LOSE_ANSWER -> asked.loseAnswer();
      case POD -> kubernetes.reconcile(pick).forEach(traffic::ended);
      case UNREADY -> kubernetes.unready(pick);
      case INFORM -> kubernetes.inform(pick, lifecycle::changed);
      case INFORM_AGAIN -> kubernetes.informAgain(lifecycle::changed);
      case SCALE -> kubernetes.scale(pick % 3);
      case RESET -> kubernetes.resetting(pick % 2 == 0);
      case TOUCH -> kubernetes.touch();
      case DRY_RUN -> annotate(pick % 4 == 0, services.isScheduled());
      case SCHEDULE -> annotate(services.isDryRun(), pick % 4 == 0);
      case CLOCK -> services.pass(Duration.ofMinutes(pick % 1_500 - 700));
      case PARTITION -> node.disconnect(lifecycle, nowNanos + HOLD_AFTER_LOSS_NANOS);
      case HEAL -> proxies.heal(lifecycle);
      case KILL -> kill(node);
      case DOUBLE -> node.changeDouble(lifecycle);
      case RESTART -> restart(FATES.get(pick % FATES.size()));
      case LATE_WRITE -> arriveLate();
    }
  }

  /**
   * All clients are done, and time passes until a write to zero is sent, which nobody answers.
   *
   * @return whether one is
   */
  boolean passUntilZeroIsSent() {
    traffic.finishAll();
    for (int i = 0; i < 60 && !scaler.isGoingToZero(); i++) {
      scaler.answer();
      proxies.heal(lifecycle);
      roundWithoutAnswers();
    }
    return scaler.isGoingToZero();
  }

  /** Nobody intervenes any more. */
  void leaveAlone() {
    kubernetes.resetting(false);
    annotate(false, false);
  }

  /** Nothing fails any more, for a while. */
  void calm(Duration duration) {
    long end = nowNanos + duration.toNanos();
    while (nowNanos < end) {
      proxies.heal(lifecycle);
      round();
    }
  }

  private void round() {
    roundWithoutAnswers();
    scaler.answer();
    companionScaler.answer();
  }

  private void roundWithoutAnswers() {
    pass(ROUND);
    kubernetes.reconcile(0).forEach(traffic::ended);
    kubernetes.informOfAll(lifecycle::changed);
    companion.reconcile(0);
    companion.informOfAll(lifecycle::changed);
    for (SimulatedNode node : proxies.nodes()) {
      receive(node);
      node.switchWorkers();
    }
    traffic.proceedAll();
    for (SimulatedNode node : proxies.nodes()) {
      node.report(traffic, publisher);
      node.deliverAll(lifecycle);
    }
  }

  private void roughRound(SplittableRandom random) {
    pass(ROUND);
    for (SimulatedNode node : proxies.nodes()) {
      if (random.nextBoolean()) {
        receive(node);
      }
      if (random.nextBoolean()) {
        node.switchWorkers();
      }
      if (random.nextInt(3) > 0) {
        node.report(traffic, publisher);
      }
      if (random.nextInt(3) > 0) {
        node.deliverAll(lifecycle);
      }
    }
    if (random.nextBoolean()) {
      scaler.answer();
    }
  }

  private void quiet(int pick) {
    traffic.finishAll();
    for (int i = 0; i < SimulatedServices.WINDOW.dividedBy(ROUND) + pick % 6; i++) {
      round();
    }
  }

  private void receive(SimulatedNode node) {
    node.receive(publisher, lifecycle);
    if (node.kind() == NodeKind.DAEMON) {
      traffic.received(node);
    }
  }

  private void pass(Duration duration) {
    long end = nowNanos + duration.toNanos();
    while (nowNanos < end) {
      long step = Math.min(end - nowNanos, Duration.ofMillis(100).toNanos());
      nowNanos += step;
      services.pass(Duration.ofNanos(step));
      kubernetes.informOfOverdue(lifecycle::changed);
      traffic.proceedAll();
      lifecycle.tick();
    }
  }

  private void kill(SimulatedNode node) {
    node.disconnect(lifecycle, nowNanos + HOLD_AFTER_LOSS_NANOS);
    traffic.cut(node);
    node.restart();
  }

  private void restart(Fate writes) {
    proxies.nodes().forEach(node -> node.lose(nowNanos + HOLD_AFTER_START_NANOS));
    scaler.abandon(writes);
    companionScaler.abandon(writes);
    publisher = new SimulatedPublisher();
    lifecycle = start();
  }

  private Lifecycle start() {
    startedNanos = nowNanos;
    Lifecycle started =
        new Lifecycle(
            SimulatedServices.SETTINGS,
            publisher,
            this::request,
            new SilentObserver(),
            this::now,
            services::wallClock);
    services.specs().forEach(service -> started.changed(new WorkloadEvent.ServiceChanged(service)));
    kubernetes.introduce(started::changed);
    companion.introduce(started::changed);
    started.changed(new WorkloadEvent.Synced());
    publisher.requireSlots(slots);
    return started;
  }

  private void request(ScaleRequest request, Consumer<ScaleOutcome> outcome) {
    (request.workload().equals(SimulatedServices.WORKLOAD) ? scaler : companionScaler)
        .request(request, outcome);
  }

  private void annotate(boolean dryRun, boolean scheduled) {
    services.annotate(dryRun, scheduled);
    services
        .specs()
        .forEach(service -> lifecycle.changed(new WorkloadEvent.ServiceChanged(service)));
  }

  private void arriveLate() {
    companionScaler.arriveLate();
    scaler.arriveLate();
  }

  private void requireMayBePutToSleep() {
    traffic.requireNobodyServed();
    if (nowNanos - startedNanos < HOLD_AFTER_START_NANOS) {
      throw new AssertionError("put to sleep right after a start");
    }
    if (nowNanos - traffic.usedNanos() < SimulatedServices.WINDOW.toNanos()) {
      throw new AssertionError(
          "put to sleep after " + Duration.ofNanos(nowNanos - traffic.usedNanos()));
    }
  }

  private long now() {
    return nowNanos;
  }
}
