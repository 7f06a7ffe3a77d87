package io.zenvoy.xds.workloads.kubernetes;

import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.model.WorkloadKey;
import io.zenvoy.xds.model.WorkloadKey.Kind;
import io.zenvoy.xds.workloads.WorkloadEvent;
import io.zenvoy.xds.workloads.WorkloadEvent.WorkloadFailed;
import io.zenvoy.xds.workloads.WorkloadEvent.WorkloadMissing;
import io.zenvoy.xds.workloads.WorkloadEvent.WorkloadObserved;
import io.zenvoy.xds.workloads.WorkloadEvent.WorkloadRecovered;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The workloads' part of the {@link Inventory}, owned by the same thread: what is known of them,
 * and what was told of those that are managed.
 */
final class WorkloadBook {
  private final ManagedWorkloads managed;
  private final Consumer<WorkloadEvent> events;
  private final Map<WorkloadKey, ObservedWorkload> known = new HashMap<>();
  private final Map<WorkloadKey, WorkloadEvent> told = new HashMap<>();
  private final Map<WorkloadKey, String> toldFailures = new HashMap<>();

  WorkloadBook(ManagedWorkloads managed, Consumer<WorkloadEvent> events) {
    this.managed = managed;
    this.events = events;
  }

  void observed(ObservedWorkload workload) {
    known.put(workload.key(), workload);
  }

  void gone(WorkloadKey workload) {
    known.remove(workload);
  }

  /** The Deployment, else the StatefulSet, of a Service's name; the Deployment if there is none. */
  WorkloadKey ofName(ServiceKey service) {
    WorkloadKey deployment = new WorkloadKey(Kind.DEPLOYMENT, service.namespace(), service.name());
    WorkloadKey statefulSet =
        new WorkloadKey(Kind.STATEFULSET, service.namespace(), service.name());
    return !known.containsKey(deployment) && known.containsKey(statefulSet)
        ? statefulSet
        : deployment;
  }

  /** Whether it is zenvoy's own, which is known by its name even while it does not exist. */
  boolean isOwn(WorkloadKey workload) {
    ObservedWorkload observed = known.get(workload);
    return OwnWorkloads.isOwn(workload.name())
        || (observed != null && OwnWorkloads.isOwn(observed));
  }

  /** A managed Service names the workload from now on: tells how it is. */
  void manage(WorkloadKey workload, ServiceKey service) {
    managed.add(workload, service);
    forget(workload);
    tell(workload);
  }

  /** A Service does not name the workload any more. */
  void release(WorkloadKey workload, ServiceKey service) {
    managed.remove(workload, service);
    if (!managed.contains(workload)) {
      forget(workload);
    }
  }

  /** Tells what is new of a workload, if it is managed. */
  void tell(WorkloadKey workload) {
    if (!managed.contains(workload)) {
      return;
    }
    ObservedWorkload observed = known.get(workload);
    WorkloadEvent state =
        observed == null
            ? new WorkloadMissing(workload)
            : new WorkloadObserved(
                workload, observed.replicas(), observed.version(), observed.standing());
    if (!state.equals(told.put(workload, state))) {
      events.accept(state);
    }
    tellFailure(workload, observed);
  }

  private void tellFailure(WorkloadKey workload, @Nullable ObservedWorkload observed) {
    String failure = observed == null ? "" : observed.failure();
    if (failure.isEmpty()) {
      if (toldFailures.remove(workload) != null) {
        events.accept(new WorkloadRecovered(workload));
      }
    } else if (!failure.equals(toldFailures.put(workload, failure))) {
      events.accept(new WorkloadFailed(workload, failure));
    }
  }

  private void forget(WorkloadKey workload) {
    told.remove(workload);
    toldFailures.remove(workload);
  }
}
