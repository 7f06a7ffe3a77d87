package io.zenvoy.xds.lifecycle.schedules;

import io.zenvoy.common.Ipv4Network;
import io.zenvoy.common.PortRange;
import io.zenvoy.xds.lifecycle.Lifecycle;
import io.zenvoy.xds.lifecycle.LifecycleSettings;
import io.zenvoy.xds.model.Assignment;
import io.zenvoy.xds.model.Protocol;
import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.model.ServicePolicy;
import io.zenvoy.xds.model.ServicePort;
import io.zenvoy.xds.model.ServiceSpec;
import io.zenvoy.xds.model.SlotSpace;
import io.zenvoy.xds.model.WorkloadKey;
import io.zenvoy.xds.serve.NodeKind;
import io.zenvoy.xds.workloads.WorkloadEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * Two services on one workload, two Envoys with a daemon beside each, and a control plane that can
 * be restarted. Times are short against each other as in earnest.
 */
final class SimulatedWorld {
  static final Duration WINDOW = Duration.ofMillis(1_500);
  private static final Duration WAKE_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration HOLD_AFTER_START = Duration.ofMillis(1_200);
  private static final Duration HOLD_AFTER_LOSS = Duration.ofSeconds(4);
  private static final Duration ROUND = Duration.ofMillis(300);
  private static final WorkloadKey WORKLOAD =
      new WorkloadKey(WorkloadKey.Kind.DEPLOYMENT, "default", "app");
  private static final List<String> CLUSTERS = List.of("web", "raw");

  private final Map<SimulatedNode, SimulatedNode> daemons = new LinkedHashMap<>();
  private final List<SimulatedNode> envoys;
  private final List<SimulatedNode> nodes;
  private final SimulatedKubernetes kubernetes;
  private final SimulatedTraffic traffic;
  private final Map<String, Object> slots = new HashMap<>();
  private SimulatedPublisher publisher;
  private Lifecycle lifecycle;
  private long nowNanos = 1_000_000_000_000L;
  private long startedNanos;

  SimulatedWorld() {
    for (String id : List.of("proxy-1", "proxy-2")) {
      daemons.put(new SimulatedNode(NodeKind.ENVOY, id), new SimulatedNode(NodeKind.DAEMON, id));
    }
    envoys = List.copyOf(daemons.keySet());
    nodes = Stream.concat(envoys.stream(), daemons.values().stream()).toList();
    kubernetes =
        new SimulatedKubernetes(
            WORKLOAD,
            Set.of(new ServiceKey("default", "web"), new ServiceKey("default", "raw")),
            this::now,
            this::requireMayBePutToSleep);
    traffic = new SimulatedTraffic(kubernetes, daemons, this::now);
    publisher = new SimulatedPublisher();
    lifecycle = start();
    nodes.forEach(node -> node.connect(lifecycle));
    calm(Duration.ofSeconds(3));
  }

  SimulatedTraffic traffic() {
    return traffic;
  }

  SimulatedKubernetes kubernetes() {
    return kubernetes;
  }

  void act(Action action) {
    int pick = action.pick();
    SimulatedNode node = nodes.get(pick % nodes.size());
    SimulatedNode envoy = envoys.get(pick % envoys.size());
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
      case ANSWER -> kubernetes.answer();
      case UNAVAILABLE -> kubernetes.fail();
      case LOSE_ANSWER -> kubernetes.loseAnswer();
      case POD -> kubernetes.reconcile(pick).forEach(traffic::ended);
      case UNREADY -> kubernetes.unready(pick);
      case INFORM -> kubernetes.inform(pick, lifecycle::changed);
      case SCALE -> kubernetes.scale(pick % 3);
      case PARTITION -> node.disconnect(lifecycle, nowNanos + HOLD_AFTER_LOSS.toNanos());
      case HEAL -> heal();
      case KILL -> kill(node);
      case DOUBLE -> node.changeDouble(lifecycle);
      case RESTART -> restart(pick % 2 == 0);
    }
  }

  /** Nothing fails any more, for a while. */
  void calm(Duration duration) {
    long end = nowNanos + duration.toNanos();
    while (nowNanos < end) {
      heal();
      round();
    }
  }

  private void heal() {
    nodes.forEach(node -> node.connect(lifecycle));
    nodes.forEach(node -> node.single(lifecycle));
  }

  private void round() {
    pass(ROUND);
    kubernetes.reconcile(0).forEach(traffic::ended);
    kubernetes.informOfAll(lifecycle::changed);
    for (SimulatedNode node : nodes) {
      receive(node);
      node.switchWorkers();
    }
    traffic.proceedAll();
    for (SimulatedNode node : nodes) {
      node.report(traffic, publisher);
      node.deliverAll(lifecycle);
    }
    kubernetes.answer();
  }

  private void roughRound(SplittableRandom random) {
    pass(ROUND);
    for (SimulatedNode node : nodes) {
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
      kubernetes.answer();
    }
  }

  private void quiet(int pick) {
    traffic.finishAll();
    for (int i = 0; i < WINDOW.dividedBy(ROUND) + pick % 6; i++) {
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
      nowNanos = Math.min(end, nowNanos + Duration.ofMillis(100).toNanos());
      kubernetes.informOfOverdue(lifecycle::changed);
      traffic.proceedAll();
      lifecycle.tick();
    }
  }

  private void kill(SimulatedNode node) {
    node.disconnect(lifecycle, nowNanos + HOLD_AFTER_LOSS.toNanos());
    traffic.cut(node);
    node.restart();
  }

  private void restart(boolean writesHadArrived) {
    nodes.forEach(node -> node.lose(nowNanos + HOLD_AFTER_START.toNanos()));
    kubernetes.abandonWrites(writesHadArrived);
    publisher = new SimulatedPublisher();
    lifecycle = start();
  }

  private Lifecycle start() {
    startedNanos = nowNanos;
    Lifecycle started =
        new Lifecycle(
            new LifecycleSettings(
                "default",
                new SlotSpace(Ipv4Network.parse("127.128.0.0/9"), new PortRange(20000, 32767)),
                Duration.ofMillis(200),
                HOLD_AFTER_START,
                HOLD_AFTER_LOSS,
                false),
            publisher,
            kubernetes::request,
            new SilentObserver(),
            this::now,
            () -> Instant.EPOCH);
    CLUSTERS.forEach(name -> started.changed(new WorkloadEvent.ServiceChanged(service(name))));
    kubernetes.introduce(started::changed);
    started.changed(new WorkloadEvent.Synced());
    publisher.snapshot(NodeKind.DAEMON).assignments().values().forEach(this::requireSameSlot);
    return started;
  }

  private void requireSameSlot(Assignment assignment) {
    Object before = slots.putIfAbsent(assignment.cluster().name(), assignment.cluster().slot());
    if (before != null && !before.equals(assignment.cluster().slot())) {
      throw new AssertionError("another slot after a restart: " + assignment.cluster());
    }
  }

  private void requireMayBePutToSleep() {
    traffic.requireNobodyServed();
    if (nowNanos - startedNanos < HOLD_AFTER_START.toNanos()) {
      throw new AssertionError("put to sleep right after a start");
    }
    if (nowNanos - traffic.usedNanos() < WINDOW.toNanos()) {
      throw new AssertionError(
          "put to sleep after " + Duration.ofNanos(nowNanos - traffic.usedNanos()));
    }
  }

  private static ServiceSpec service(String name) {
    return new ServiceSpec(
        new ServiceKey("default", name),
        "uid-" + name,
        Instant.EPOCH,
        WORKLOAD,
        List.of(new ServicePort("main", 80, name.equals("raw") ? Protocol.TCP : Protocol.HTTP)),
        List.of(),
        new ServicePolicy(1, WINDOW, WAKE_TIMEOUT, 100, false, false));
  }

  private long now() {
    return nowNanos;
  }
}
