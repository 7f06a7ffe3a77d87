package io.zenvoy.xds.lifecycle;

import io.zenvoy.common.Slot;
import io.zenvoy.xds.lifecycle.Nodes.Node;
import io.zenvoy.xds.model.Cluster;
import io.zenvoy.xds.model.Endpoints;
import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.model.ServicePort;
import io.zenvoy.xds.model.ServiceSpec;
import io.zenvoy.xds.model.WorkloadKey;
import io.zenvoy.xds.serve.ActivityReport;
import io.zenvoy.xds.serve.ActivityReport.Counts;
import io.zenvoy.xds.serve.NodeEvents;
import io.zenvoy.xds.serve.NodeKey;
import io.zenvoy.xds.serve.ResourceType;
import io.zenvoy.xds.workloads.Scaler;
import io.zenvoy.xds.workloads.WorkloadEvent;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The life cycle of all services: takes in what changes where the workloads run and what Envoys and
 * daemons report, and decides. Nothing is published before everything that existed at the start is
 * known.
 *
 * <p>Not thread-safe: everything happens on one thread, see {@link LifecycleThread}.
 */
public final class Lifecycle implements NodeEvents, Neighbours {
  private final LifecycleSettings settings;
  private final Publisher publisher;
  private final Scaler scaler;
  private final LifecycleObserver observer;
  private final LongSupplier clock;
  private final InstantSource wallClock;
  private final Companions companions;
  private final long startedNanos;
  private final Nodes nodes;
  private final Rollout rollout;
  private final SlotAllocator slots;
  private final RoutePublication routes;
  private final Map<ServiceKey, ServiceSpec> services = new HashMap<>();
  private final Map<ServiceKey, Map<String, Endpoints>> endpoints = new HashMap<>();
  private final Map<WorkloadKey, WorkloadEvent> observed = new HashMap<>();
  private final Map<WorkloadKey, WorkloadLife> lives = new HashMap<>();
  private final Map<String, Cluster> clusters = new HashMap<>();
  private final Map<String, WorkloadLife> livesByCluster = new HashMap<>();
  private Set<NodeKey> doubled = Set.of();
  private final Deque<WorkloadKey> woken = new ArrayDeque<>();
  private boolean synced;
  private long unknownNanos;
  private long nextSleepCheckNanos;

  /**
   * @param scaler calls back on the life cycle's thread
   * @param clock monotonic nanoseconds
   * @param wallClock for schedules alone
   */
  public Lifecycle(
      LifecycleSettings settings,
      Publisher publisher,
      Scaler scaler,
      LifecycleObserver observer,
      LongSupplier clock,
      InstantSource wallClock) {
    this.settings = settings;
    this.publisher = publisher;
    this.scaler = scaler;
    this.observer = observer;
    this.clock = clock;
    this.wallClock = wallClock;
    this.companions = new Companions(observer);
    this.startedNanos = clock.getAsLong();
    this.unknownNanos = startedNanos;
    this.nextSleepCheckNanos = startedNanos + settings.sleepCheck().toNanos();
    this.nodes = new Nodes(settings.sleepHoldAfterNodeLoss());
    this.slots = new SlotAllocator(settings.slots());
    this.routes =
        new RoutePublication(
            publisher,
            new Hosts(settings.homeNamespace(), observer),
            new ListenerPorts(observer),
            new TlsNames(observer),
            services::values);
    this.rollout = new Rollout(publisher, nodes, this::routesChanged, this::released);
  }

  /** Whether everything that existed at the start is known, so that it is being served. */
  public boolean isSynced() {
    return synced;
  }

  /** Takes in what changed where the workloads run. */
  public void changed(WorkloadEvent event) {
    switch (event) {
      case WorkloadEvent.ServiceChanged(ServiceSpec service) -> {
        ServiceSpec before = services.put(service.key(), service);
        if (synced && !service.equals(before)) {
          companions.define(services);
          manage(service, before);
        }
      }
      case WorkloadEvent.ServiceRemoved(ServiceKey service) -> {
        ServiceSpec before = services.remove(service);
        endpoints.remove(service);
        if (synced && before != null) {
          companions.define(services);
          release(before);
        }
      }
      case WorkloadEvent.EndpointsChanged(ServiceKey service, Map<String, Endpoints> byPort) -> {
        endpoints.put(service, byPort);
        ServiceSpec spec = services.get(service);
        if (synced && spec != null) {
          spec.ports().forEach(port -> applyEndpoints(spec, port));
        }
      }
      case WorkloadEvent.WorkloadObserved seen -> remember(seen.workload(), seen);
      case WorkloadEvent.WorkloadMissing seen -> remember(seen.workload(), seen);
      case WorkloadEvent.WorkloadFailed(WorkloadKey workload, String reason) -> {
        WorkloadLife life = lives.get(workload);
        if (life != null) {
          life.failed(reason);
        }
      }
      case WorkloadEvent.WorkloadRecovered(WorkloadKey workload) -> {
        WorkloadLife life = lives.get(workload);
        if (life != null) {
          life.recovered();
        }
      }
      case WorkloadEvent.Synced() -> begin();
    }
  }

  /** Lets time pass; called often, at least every 100 ms. */
  public void tick() {
    if (!synced) {
      return;
    }
    long now = clock.getAsLong();
    nodes.forgetLost(now);
    if (!nodes.allKnown(now)) {
      unknownNanos = now;
    }
    tellDoubled(now);
    rollout.advance(now);
    if (routes.isDue(now)) {
      publishRoutes(now);
    }
    boolean sleepCheck = now - nextSleepCheckNanos >= 0;
    boolean mayOnlyWatch = now - startedNanos < settings.sleepHoldAfterStart().toNanos();
    for (WorkloadLife life : List.copyOf(lives.values())) {
      if (life.isRestless()) {
        life.evaluate();
      }
      if (sleepCheck && !mayOnlyWatch) {
        life.considerSleep(unknownNanos);
      }
    }
    evaluateWoken();
    if (sleepCheck) {
      nextSleepCheckNanos = now + settings.sleepCheck().toNanos();
    }
  }

  @Override
  public void connected(NodeKey node, int streams) {
    nodes.connected(node, streams, clock.getAsLong());
  }

  @Override
  public void disconnected(NodeKey node, int streams) {
    nodes.disconnected(node, streams, clock.getAsLong());
    rollout.advance(clock.getAsLong());
  }

  @Override
  public void acknowledged(NodeKey node, ResourceType type, long revision) {
    nodes.acknowledged(node, type, revision);
    rollout.advance(clock.getAsLong());
  }

  @Override
  public void rejected(NodeKey node, ResourceType type, String reason) {
    // The node keeps its last good configuration; what waits for its acceptance runs out of
    // patience.
    if (type == ResourceType.LISTENER) {
      routes.listenersRefused(node, reason);
    }
  }

  @Override
  public void reported(ActivityReport report) {
    long now = clock.getAsLong();
    Map<String, Counts> before = nodes.reported(report, now);
    Set<WorkloadLife> touched = new HashSet<>();
    report
        .clusters()
        .forEach(
            (name, counts) -> {
              Cluster cluster = clusters.get(name);
              WorkloadLife life = livesByCluster.get(name);
              if (cluster != null && life != null) {
                life.activity().reported(report.node(), cluster, before.get(name), counts, now);
                touched.add(life);
              }
            });
    Node node = nodes.node(report.node());
    for (WorkloadLife life : lives.values()) {
      life.reportedBy(node, report.stream());
    }
    touched.forEach(WorkloadLife::evaluate);
    evaluateWoken();
  }

  @Override
  public void reportsEnded(NodeKey node, long stream) {
    nodes.reportsEnded(node, stream);
  }

  @Override
  public boolean isWakerAwaited(WorkloadKey workload) {
    return companions.wakersOf(workload).stream()
        .map(lives::get)
        .anyMatch(waker -> waker != null && waker.isAwaited());
  }

  @Override
  public void wakeBegun(WorkloadKey workload) {
    for (WorkloadKey companion : companions.wokenWith(workload)) {
      WorkloadLife life = lives.get(companion);
      if (life != null) {
        life.wish();
        woken.add(companion);
      }
    }
  }

  /** Looks after those that wake with others, once these are done: no life is in two places. */
  private void evaluateWoken() {
    while (!woken.isEmpty()) {
      WorkloadLife life = lives.get(woken.removeFirst());
      if (life != null) {
        life.evaluate();
      }
    }
  }

  private void tellDoubled(long now) {
    Set<NodeKey> current = nodes.doubled(now);
    if (!current.equals(doubled)) {
      doubled = current;
      observer.doubledNodes(doubled, Set.copyOf(services.keySet()));
    }
  }

  private void begin() {
    synced = true;
    companions.define(services);
    List<ServiceSpec> byAge = services.values().stream().sorted(Hosts.BY_AGE).toList();
    byAge.forEach(service -> manage(service, null));
    lives.values().forEach(WorkloadLife::evaluate);
    evaluateWoken();
    publishRoutes(clock.getAsLong());
    publisher.open();
  }

  private void manage(ServiceSpec service, @Nullable ServiceSpec before) {
    if (before != null) {
      releaseWhatIsNoMore(before, service);
    }
    WorkloadLife life = lives.computeIfAbsent(service.workload(), this::newLife);
    for (ServicePort port : service.ports()) {
      slots
          .allocate(service.uid(), portLabel(service, port), clock.getAsLong())
          .ifPresentOrElse(
              slot -> define(service, port, slot, life), () -> observer.noSlot(service.key()));
    }
    routesChanged();
  }

  private void define(ServiceSpec service, ServicePort port, Slot slot, WorkloadLife life) {
    String name = clusterName(service, port);
    Cluster cluster =
        new Cluster(name, service.key(), port, slot, service.policy(), settings.local());
    clusters.put(name, cluster);
    livesByCluster.put(name, life);
    life.define(cluster);
    applyEndpoints(service, port);
  }

  private WorkloadLife newLife(WorkloadKey key) {
    WorkloadLife life =
        new WorkloadLife(key, nodes, rollout, scaler, observer, this, clock, wallClock);
    WorkloadEvent seen = observed.get(key);
    if (seen != null) {
      tell(life, seen);
    }
    return life;
  }

  private void release(ServiceSpec service) {
    service.ports().forEach(port -> removeCluster(clusterName(service, port)));
    routesChanged();
  }

  private void releaseWhatIsNoMore(ServiceSpec before, ServiceSpec after) {
    boolean otherWorkload = !before.workload().equals(after.workload());
    Set<String> names = new HashSet<>();
    after.ports().forEach(port -> names.add(clusterName(after, port)));
    for (ServicePort port : before.ports()) {
      String name = clusterName(before, port);
      if (!names.contains(name)) {
        removeCluster(name);
      } else if (otherWorkload) {
        leaveWorkload(name);
      }
    }
  }

  private void removeCluster(String name) {
    leaveWorkload(name);
    clusters.remove(name);
    rollout.remove(name, clock.getAsLong());
  }

  private void leaveWorkload(String cluster) {
    WorkloadLife life = livesByCluster.remove(cluster);
    if (life == null) {
      return;
    }
    life.remove(cluster);
    if (life.clusters().isEmpty()) {
      lives.remove(life.key());
      observed.remove(life.key()); // it is told anew when a service names it again
      observer.forgotten(life.key());
    }
  }

  /** Called when the last node was told to forget a cluster, or one of its slots. */
  private void released(Cluster cluster) {
    slots.release(cluster.slot(), clock.getAsLong());
    if (!clusters.containsKey(cluster.name())) {
      nodes.forgetCluster(cluster.name());
    }
  }

  private void applyEndpoints(ServiceSpec service, ServicePort port) {
    WorkloadLife life = livesByCluster.get(clusterName(service, port));
    if (life != null) {
      Map<String, Endpoints> byPort = endpoints.getOrDefault(service.key(), Map.of());
      life.endpoints(clusterName(service, port), byPort.getOrDefault(port.name(), Endpoints.NONE));
    }
  }

  private void remember(WorkloadKey key, WorkloadEvent seen) {
    observed.put(key, seen);
    WorkloadLife life = lives.get(key);
    if (life != null) {
      tell(life, seen);
      life.evaluate();
    }
  }

  private static void tell(WorkloadLife life, WorkloadEvent seen) {
    if (seen instanceof WorkloadEvent.WorkloadObserved observation) {
      life.observed(observation);
    } else {
      life.replicas().missing();
    }
  }

  private String clusterName(ServiceSpec service, ServicePort port) {
    String label = portLabel(service, port);
    if (!label.isEmpty()) {
      return service.key() + "/" + label;
    }
    boolean home = service.key().namespace().equals(settings.homeNamespace());
    return home ? service.key().name() : service.key().toString();
  }

  /** Empty for the first port, which the Service's own name stands for. */
  private static String portLabel(ServiceSpec service, ServicePort port) {
    if (port.equals(service.ports().getFirst())) {
      return "";
    }
    return port.name().isEmpty() ? Integer.toString(port.port()) : port.name();
  }

  private void routesChanged() {
    routes.changed(clock.getAsLong());
  }

  private void publishRoutes(long now) {
    long revision = routes.publish(this::routable);
    rollout.routed(revision, now);
  }

  private @Nullable Cluster routable(ServiceSpec service, ServicePort port) {
    String name = clusterName(service, port);
    return rollout.routable(name) ? clusters.get(name) : null;
  }
}
