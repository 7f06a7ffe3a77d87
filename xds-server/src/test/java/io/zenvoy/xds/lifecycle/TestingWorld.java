package io.zenvoy.xds.lifecycle;

import io.zenvoy.common.HostPort;
import io.zenvoy.common.Ipv4Network;
import io.zenvoy.common.PortRange;
import io.zenvoy.xds.model.Endpoints;
import io.zenvoy.xds.model.Phase;
import io.zenvoy.xds.model.Protocol;
import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.model.ServicePolicy;
import io.zenvoy.xds.model.ServicePort;
import io.zenvoy.xds.model.ServiceSpec;
import io.zenvoy.xds.model.SlotSpace;
import io.zenvoy.xds.model.WorkloadKey;
import io.zenvoy.xds.serve.ActivityReport;
import io.zenvoy.xds.serve.ActivityReport.Counts;
import io.zenvoy.xds.serve.NodeKey;
import io.zenvoy.xds.serve.NodeKind;
import io.zenvoy.xds.serve.ResourceType;
import io.zenvoy.xds.workloads.ScaleOutcome;
import io.zenvoy.xds.workloads.ScaleRequest;
import io.zenvoy.xds.workloads.WorkloadEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;

/**
 * A life cycle with a clock of its own, one Envoy and one daemon that report, and a scaler that
 * answers when it is told to.
 */
final class TestingWorld implements LifecycleObserver {
  static final NodeKey ENVOY = new NodeKey(NodeKind.ENVOY, "proxy-1");
  static final NodeKey DAEMON = new NodeKey(NodeKind.DAEMON, "proxy-1");
  static final HostPort POD = new HostPort("10.1.0.1", 8080);
  static final Duration WINDOW = Duration.ofSeconds(60);
  static final Duration WAKE_TIMEOUT = Duration.ofSeconds(20);
  private static final Duration STEP = Duration.ofMillis(500);

  final TestingPublisher publisher = new TestingPublisher();
  final Deque<PendingScale> scales = new ArrayDeque<>();
  final List<String> told = new ArrayList<>();
  final Map<String, Phase> phases = new HashMap<>();
  final Map<NodeKey, Map<String, Counts>> figures = new HashMap<>();
  final Lifecycle lifecycle;
  boolean reporting = true;
  Duration saved = Duration.ZERO;
  int portConflicts;
  Instant wallClock = Instant.EPOCH;
  private final Map<NodeKey, Long> streams = new HashMap<>();
  private long nowNanos = 1_000_000_000_000L;

  record PendingScale(ScaleRequest request, Consumer<ScaleOutcome> outcome) {}

  TestingWorld() {
    this(new SlotSpace(Ipv4Network.parse("127.128.0.0/9"), new PortRange(20000, 32767)));
  }

  TestingWorld(SlotSpace slots) {
    lifecycle =
        new Lifecycle(
            new LifecycleSettings(
                "default",
                slots,
                Duration.ofSeconds(1),
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                false),
            publisher,
            (request, outcome) -> scales.add(new PendingScale(request, outcome)),
            this,
            () -> nowNanos,
            () -> wallClock);
  }

  /** A world in which one service sleeps, and an Envoy and a daemon are connected and known. */
  static TestingWorld withASleepingService() {
    TestingWorld world = new TestingWorld();
    world.lifecycle.changed(new WorkloadEvent.ServiceChanged(service("hello")));
    world.lifecycle.changed(new WorkloadEvent.WorkloadObserved(workload("hello"), 0, "v1"));
    world.start();
    return world;
  }

  /** A world in which one service is awake, for longer than the hold after a start. */
  static TestingWorld withAnAwakeService() {
    TestingWorld world = withASleepingService();
    world.lifecycle.changed(new WorkloadEvent.WorkloadObserved(workload("hello"), 1, "v2"));
    world.ready("hello", POD);
    world.pass(Duration.ofSeconds(10));
    return world;
  }

  /** A service whose workload has no replicas. */
  void define(String name, ServicePolicy policy) {
    lifecycle.changed(
        new WorkloadEvent.ServiceChanged(TestingPolicies.withPolicy(service(name), policy)));
    observed(name, 0, "v1");
  }

  /** Everything is known, and an Envoy and a daemon are connected. */
  void start() {
    lifecycle.changed(new WorkloadEvent.Synced());
    connectBoth();
    pass(Duration.ofSeconds(2));
  }

  /** Lets time pass until a workload drains, and no further. */
  void drain(String service) {
    for (int i = 0; i < 1_000 && phase(service) != Phase.DRAINING; i++) {
      pass(STEP);
    }
    if (phase(service) != Phase.DRAINING || !scales.isEmpty()) {
      throw new AssertionError(service + " is " + phase(service) + ", with writes " + scales);
    }
  }

  static ServiceSpec service(String name) {
    return service(name, Instant.EPOCH, Protocol.HTTP);
  }

  static ServiceSpec service(String name, Instant created, Protocol protocol) {
    return new ServiceSpec(
        new ServiceKey("default", name),
        "uid-" + name,
        created,
        workload(name),
        List.of(new ServicePort("http", 80, protocol)),
        List.of(),
        new ServicePolicy(1, WINDOW, WAKE_TIMEOUT, 100, false, false, List.of()));
  }

  static WorkloadKey workload(String name) {
    return new WorkloadKey(WorkloadKey.Kind.DEPLOYMENT, "default", name);
  }

  void connectBoth() {
    connect(ENVOY);
    connect(DAEMON);
  }

  void connect(NodeKey node) {
    figures.put(node, new HashMap<>());
    streams.merge(node, 1L, Long::sum);
    lifecycle.connected(node, 1);
  }

  void disconnect(NodeKey node) {
    figures.remove(node);
    lifecycle.disconnected(node, 0);
    lifecycle.reportsEnded(node, stream(node));
  }

  private long stream(NodeKey node) {
    return streams.getOrDefault(node, 1L);
  }

  void ready(String service, HostPort... pods) {
    endpoints(service, new Endpoints(List.of(pods), List.of()));
  }

  /** Pods that run and are not ready. */
  void starting(String service, HostPort... pods) {
    endpoints(service, new Endpoints(List.of(), List.of(pods)));
  }

  private void endpoints(String service, Endpoints endpoints) {
    lifecycle.changed(
        new WorkloadEvent.EndpointsChanged(
            new ServiceKey("default", service), Map.of("http", endpoints)));
  }

  /** Sets what a node reports of a cluster from now on, and lets it report at once. */
  void reports(NodeKey node, String cluster, long total, long active, long pending) {
    figures
        .computeIfAbsent(node, absent -> new HashMap<>())
        .put(cluster, new Counts(total, total, active, active, pending, Optional.empty()));
    report(node);
  }

  void report(NodeKey node) {
    Map<String, Counts> clusters = new HashMap<>();
    publisher
        .at(node.kind())
        .keySet()
        .forEach(
            cluster -> {
              Counts counts =
                  figures
                      .getOrDefault(node, Map.of())
                      .getOrDefault(cluster, new Counts(0, 0, 0, 0, 0, Optional.empty()));
              clusters.put(
                  cluster,
                  new Counts(
                      counts.requestsTotal(),
                      counts.connectionsTotal(),
                      counts.requestsActive(),
                      counts.connectionsActive(),
                      counts.requestsPending(),
                      Optional.of(publisher.revision)));
            });
    lifecycle.reported(new ActivityReport(node, stream(node), clusters));
  }

  /** Reports of a node that does not use what it was told. */
  void reportsWithoutRevision(NodeKey node, int count) {
    for (int i = 0; i < count; i++) {
      lifecycle.reported(new ActivityReport(node, stream(node), Map.of()));
    }
  }

  /** Lets time pass: nodes accept what they are told and report twice a second. */
  void pass(Duration duration) {
    long end = nowNanos + duration.toNanos();
    while (nowNanos < end) {
      nowNanos += STEP.toNanos();
      for (NodeKey node : List.copyOf(figures.keySet())) {
        acknowledge(node);
        if (reporting) {
          report(node);
        }
      }
      lifecycle.tick();
    }
  }

  void acknowledge(NodeKey node) {
    for (ResourceType type : ResourceType.values()) {
      lifecycle.acknowledged(node, type, publisher.revision);
    }
  }

  /** Lets a little time pass without a word from anybody. */
  void passInSilence(Duration duration) {
    nowNanos += duration.toNanos();
    lifecycle.tick();
  }

  void answer(ScaleOutcome outcome) {
    scales.remove().outcome().accept(outcome);
  }

  /**
   * Answers writes until none is left, or far too many were made.
   *
   * @param outcome by the number of the write
   * @return how many there were
   */
  int answerAll(IntFunction<ScaleOutcome> outcome) {
    int writes = 0;
    while (!scales.isEmpty() && writes < 1_000) {
      answer(outcome.apply(writes));
      writes++;
    }
    return writes;
  }

  int answerFor(Duration duration, IntFunction<ScaleOutcome> outcome) {
    return answerFor(duration, outcome, write -> {});
  }

  /**
   * Answers each write 10 ms after it was sent, for so long.
   *
   * @param after what happens behind each answer
   * @return how many writes there were
   */
  int answerFor(Duration duration, IntFunction<ScaleOutcome> outcome, IntConsumer after) {
    int writes = 0;
    for (int i = 0; i < duration.toMillis() / 10; i++) {
      if (!scales.isEmpty()) {
        answer(outcome.apply(writes));
        after.accept(writes);
        writes++;
      }
      passInSilence(Duration.ofMillis(10));
    }
    return writes;
  }

  void observed(String service, int replicas, String version) {
    lifecycle.changed(new WorkloadEvent.WorkloadObserved(workload(service), replicas, version));
  }

  Phase phase(String service) {
    return phases.getOrDefault(service, Phase.ASLEEP);
  }

  @Override
  public void phase(ManagedWorkload workload, Phase phase) {
    workload.clusters().forEach(service -> phases.put(service, phase));
  }

  @Override
  public void forgotten(WorkloadKey workload) {
    told.add("forgotten " + workload.name());
  }

  @Override
  public void wakeEnded(
      ManagedWorkload workload, WakeOutcome outcome, Duration duration, String reason) {
    told.add("wake " + outcome + (reason.isEmpty() ? "" : ": " + reason));
  }

  @Override
  public void sleepEnded(ManagedWorkload workload, SleepOutcome outcome) {
    told.add("sleep " + outcome);
  }

  @Override
  public void saved(ManagedWorkload workload, Duration replicaTime) {
    saved = saved.plus(replicaTime);
  }

  @Override
  public void noSlot(ServiceKey service) {
    told.add("no slot for " + service);
  }

  @Override
  public void doubledNodes(Set<NodeKey> nodes, Set<ServiceKey> services) {
    told.add("doubled " + nodes.stream().map(NodeKey::id).sorted().toList());
  }

  @Override
  public void unknownCompanion(ServiceKey service, ServiceKey unknown) {
    told.add(service + " wakes with " + unknown + ", which is unknown");
  }

  @Override
  public void hostConflict(ServiceKey loser, String host, ServiceKey owner) {
    told.add(host + " stays with " + owner + ", not " + loser);
  }

  @Override
  public void portConflict(ServiceKey loser, int port, ServiceKey owner) {
    told.add("port " + port + " stays with " + owner + ", not " + loser);
  }

  @Override
  public void listenerRefused(ServiceKey service, int port, NodeKey envoy, String reason) {
    told.add(service + " can't have port " + port + " at " + envoy.id());
  }

  @Override
  public void portConflicts(int count) {
    portConflicts = count;
  }
}
