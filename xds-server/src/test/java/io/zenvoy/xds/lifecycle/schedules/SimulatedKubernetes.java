package io.zenvoy.xds.lifecycle.schedules;

import io.zenvoy.common.HostPort;
import io.zenvoy.xds.model.Endpoints;
import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.model.WorkloadKey;
import io.zenvoy.xds.workloads.ScaleOutcome;
import io.zenvoy.xds.workloads.ScaleRequest;
import io.zenvoy.xds.workloads.WorkloadEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * One Deployment behind some Services, as the API server knows it, its pods, and informers that
 * lag. Endpoints lag for two seconds at most, all else for as long as the schedule wants.
 */
final class SimulatedKubernetes {
  private static final long ENDPOINT_LAG_NANOS = 2_000_000_000L;

  private final WorkloadKey workload;
  private final Set<ServiceKey> services;
  private final LongSupplier clock;
  private final Runnable scaledToZero;
  private final List<Pod> pods = new ArrayList<>();
  private final Deque<WorkloadEvent> workloadEvents = new ArrayDeque<>();
  private final Deque<Listing> listings = new ArrayDeque<>();
  private final Deque<Write> writes = new ArrayDeque<>();
  private int replicas;
  private long version = 1;
  private int made;
  private int zeroWrites;

  /** A pod; its address is never used again. */
  static final class Pod {
    final HostPort address;
    boolean ready;
    boolean terminating;

    /** Whether it ends because zenvoy put the workload to sleep. */
    boolean doomed;

    private Pod(HostPort address) {
      this.address = address;
    }
  }

  private record Listing(long atNanos, Endpoints endpoints) {}

  private record Write(ScaleRequest request, Consumer<ScaleOutcome> outcome) {}

  /**
   * @param scaledToZero called just before a write of zenvoy takes the last replica away
   */
  SimulatedKubernetes(
      WorkloadKey workload, Set<ServiceKey> services, LongSupplier clock, Runnable scaledToZero) {
    this.workload = workload;
    this.services = services;
    this.clock = clock;
    this.scaledToZero = scaledToZero;
  }

  int replicas() {
    return replicas;
  }

  /** How often zenvoy has put the workload to sleep. */
  int zeroWrites() {
    return zeroWrites;
  }

  List<Pod> pods() {
    return pods;
  }

  void request(ScaleRequest request, Consumer<ScaleOutcome> outcome) {
    writes.add(new Write(request, outcome));
  }

  /** The oldest write is carried out if its condition holds. */
  void answer() {
    Write write = writes.poll();
    if (write != null) {
      write.outcome().accept(carryOut(write.request()));
    }
  }

  void fail() {
    Write write = writes.poll();
    if (write != null) {
      write.outcome().accept(new ScaleOutcome.Unavailable("simulated"));
    }
  }

  void loseAnswer() {
    Write write = writes.poll();
    if (write != null) {
      var _ = carryOut(write.request());
      write.outcome().accept(new ScaleOutcome.Unanswered("simulated"));
    }
  }

  /** Who asked is no more: what has arrived is carried out or not, and nobody is told. */
  void abandonWrites(boolean arrived) {
    if (arrived) {
      writes.forEach(write -> carryOut(write.request()));
    }
    writes.clear();
  }

  private ScaleOutcome carryOut(ScaleRequest request) {
    if (request.observedReplicas() != replicas
        || !request.observedVersion().equals(Long.toString(version))) {
      return new ScaleOutcome.Conflict(replicas, Long.toString(version));
    }
    if (request.replicas() == 0 && replicas > 0) {
      zeroWrites++;
      scaledToZero.run();
      pods.forEach(pod -> pod.doomed = true);
    }
    scale(request.replicas());
    return new ScaleOutcome.Scaled();
  }

  void scale(int wanted) {
    replicas = wanted;
    // The ReplicaSet controller had not come to end them yet.
    pods.stream().filter(pod -> !pod.terminating).limit(wanted).forEach(pod -> pod.doomed = false);
    touch();
  }

  private void touch() {
    version++;
    workloadEvents.add(
        new WorkloadEvent.WorkloadObserved(workload, replicas, Long.toString(version)));
  }

  /**
   * One pod goes one step on: it is made, becomes ready, is told to end, or ends.
   *
   * @return the pod that has ended, if one has
   */
  List<Pod> reconcile(int pick) {
    List<Pod> living = pods.stream().filter(pod -> !pod.terminating).toList();
    List<Pod> unready = living.stream().filter(pod -> !pod.ready).toList();
    List<Pod> ending = pods.stream().filter(pod -> pod.terminating).toList();
    if (living.size() < replicas) {
      made++;
      pods.add(new Pod(new HostPort("10.1." + made / 250 + "." + (1 + made % 250), 8080)));
      touch();
    } else if (living.size() > replicas && (unready.isEmpty() || pick % 3 != 0)) {
      Pod pod = living.getLast();
      pod.terminating = true;
      list();
    } else if (!unready.isEmpty() && (ending.isEmpty() || pick % 2 == 0)) {
      unready.getFirst().ready = true;
      touch();
      list();
    } else if (!ending.isEmpty()) {
      pods.remove(ending.getFirst());
      return List.of(ending.getFirst());
    }
    return List.of();
  }

  void unready(int pick) {
    List<Pod> ready = pods.stream().filter(pod -> pod.ready && !pod.terminating).toList();
    if (!ready.isEmpty()) {
      ready.get(pick % ready.size()).ready = false;
      list();
    }
  }

  private void list() {
    listings.add(new Listing(clock.getAsLong(), endpoints()));
  }

  private Endpoints endpoints() {
    return new Endpoints(
        pods.stream().filter(pod -> pod.ready && !pod.terminating).map(pod -> pod.address).toList(),
        List.of());
  }

  /** Tells the oldest thing that was not told yet, of one of the two informers. */
  void inform(int pick, Consumer<WorkloadEvent> events) {
    boolean endpoints = pick % 2 == 0 ? !listings.isEmpty() : workloadEvents.isEmpty();
    if (endpoints) {
      Listing listing = listings.poll();
      if (listing != null) {
        tell(listing.endpoints(), events);
      }
    } else {
      WorkloadEvent event = workloadEvents.poll();
      if (event != null) {
        events.accept(event);
      }
    }
  }

  void informOfAll(Consumer<WorkloadEvent> events) {
    while (!listings.isEmpty() || !workloadEvents.isEmpty()) {
      inform(0, events);
    }
  }

  void informOfOverdue(Consumer<WorkloadEvent> events) {
    while (!listings.isEmpty()
        && clock.getAsLong() - listings.element().atNanos() >= ENDPOINT_LAG_NANOS) {
      tell(listings.remove().endpoints(), events);
    }
  }

  /** Tells how everything is now, to somebody who knows nothing. */
  void introduce(Consumer<WorkloadEvent> events) {
    workloadEvents.clear();
    listings.clear();
    events.accept(new WorkloadEvent.WorkloadObserved(workload, replicas, Long.toString(version)));
    tell(endpoints(), events);
  }

  private void tell(Endpoints endpoints, Consumer<WorkloadEvent> events) {
    services.forEach(
        service ->
            events.accept(new WorkloadEvent.EndpointsChanged(service, Map.of("main", endpoints))));
  }
}
