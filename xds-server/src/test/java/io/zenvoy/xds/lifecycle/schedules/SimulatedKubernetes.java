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
import org.jspecify.annotations.Nullable;

/**
 * One Deployment behind some Services, as the API server knows it, its pods, and informers that
 * lag. Endpoints, and writes whose answer was lost, lag for two seconds at most, the end of pods
 * that are too many for less than one, and all else for as long as the schedule wants.
 */
final class SimulatedKubernetes {
  private static final long LAG_NANOS = 2_000_000_000L;
  private static final long CONTROLLER_LAG_NANOS = 900_000_000L;

  private final WorkloadKey workload;
  private final Set<ServiceKey> services;
  private final LongSupplier clock;
  private final Runnable scaledToZero;
  private final List<Pod> pods = new ArrayList<>();
  private final Deque<WorkloadEvent> workloadEvents = new ArrayDeque<>();
  private final Deque<Listing> listings = new ArrayDeque<>();
  private int replicas;
  private long version = 1;
  private long scaledNanos;
  private int made;
  private int zeroWrites;
  private int wakes;
  private boolean resetting;
  private @Nullable WorkloadEvent latest;
  private long lostNanos = Long.MAX_VALUE;

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

  /** How often zenvoy has woken the workload. */
  int wakes() {
    return wakes;
  }

  List<Pod> pods() {
    return pods;
  }

  /** Carries a write out if its condition holds. */
  ScaleOutcome carryOut(ScaleRequest request) {
    if (request.observedReplicas() != replicas
        || !request.observedVersion().equals(Long.toString(version))) {
      return new ScaleOutcome.Conflict(replicas, Long.toString(version));
    }
    if (request.replicas() == 0 && replicas > 0) {
      zeroWrites++;
      scaledToZero.run();
      pods.forEach(pod -> pod.doomed = true);
    }
    if (request.replicas() > 0) {
      wakes++;
    }
    scale(request.replicas());
    if (resetting && replicas > 0) {
      scale(0);
    }
    return new ScaleOutcome.Scaled();
  }

  /**
   * Carries a write out that nobody stands by any more: what it takes away it takes away from
   * whoever uses it, as a person's would.
   *
   * @return whether it has put the workload to sleep
   */
  boolean carryOutLate(ScaleRequest request) {
    boolean holds =
        request.observedReplicas() == replicas
            && request.observedVersion().equals(Long.toString(version));
    boolean sleeps = holds && replicas > 0 && request.replicas() == 0;
    if (holds) {
      scale(request.replicas());
    }
    return sleeps;
  }

  /** Whether somebody takes every replica away again that zenvoy asks for. */
  void resetting(boolean resets) {
    resetting = resets;
  }

  void scale(int wanted) {
    replicas = wanted;
    scaledNanos = clock.getAsLong();
    // The ReplicaSet controller had not come to end them yet.
    pods.stream().filter(pod -> !pod.terminating).limit(wanted).forEach(pod -> pod.doomed = false);
    touch();
  }

  /** The workload changes in something else than its replicas. */
  void touch() {
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
      end(living.getLast());
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

  private void endSurplus() {
    pods.stream().filter(pod -> !pod.terminating).skip(replicas).toList().forEach(this::end);
  }

  private void end(Pod pod) {
    pod.terminating = true;
    list();
  }

  /** One that is about to end does not come back ready in the last moment. */
  void unready(int pick) {
    List<Pod> ready =
        pods.stream().filter(pod -> pod.ready && !pod.terminating && !pod.doomed).toList();
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
        latest = event;
        events.accept(event);
      }
    }
  }

  /** The answer of a write is lost. */
  void lost() {
    lostNanos = Math.min(lostNanos, clock.getAsLong());
  }

  /** Tells once more what was told last of the workload. */
  void informAgain(Consumer<WorkloadEvent> events) {
    if (latest != null) {
      events.accept(latest);
    }
  }

  void informOfAll(Consumer<WorkloadEvent> events) {
    while (!listings.isEmpty() || !workloadEvents.isEmpty()) {
      inform(0, events);
    }
  }

  void informOfOverdue(Consumer<WorkloadEvent> events) {
    if (replicas > 0 && clock.getAsLong() - scaledNanos >= CONTROLLER_LAG_NANOS) {
      endSurplus();
    }
    long overdueNanos = clock.getAsLong() - LAG_NANOS;
    while (!listings.isEmpty() && listings.element().atNanos() <= overdueNanos) {
      tell(listings.remove().endpoints(), events);
    }
    if (lostNanos <= overdueNanos) {
      lostNanos = Long.MAX_VALUE;
      while (!workloadEvents.isEmpty()) {
        inform(1, events);
      }
    }
  }

  /** Tells how everything is now, to somebody who knows nothing. */
  void introduce(Consumer<WorkloadEvent> events) {
    workloadEvents.clear();
    listings.clear();
    latest = new WorkloadEvent.WorkloadObserved(workload, replicas, Long.toString(version));
    events.accept(latest);
    tell(endpoints(), events);
  }

  private void tell(Endpoints endpoints, Consumer<WorkloadEvent> events) {
    services.forEach(
        service ->
            events.accept(new WorkloadEvent.EndpointsChanged(service, Map.of("main", endpoints))));
  }
}
