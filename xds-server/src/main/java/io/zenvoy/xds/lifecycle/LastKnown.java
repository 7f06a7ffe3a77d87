package io.zenvoy.xds.lifecycle;

import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.model.WorkloadKey;
import io.zenvoy.xds.workloads.WorkloadEvent;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The latest of everything that was told about the workloads, so that a standby that comes to lead
 * knows it at once. Not thread-safe.
 *
 * <p>A failure is not kept, because one that has passed would end a wake that is about to succeed;
 * a wake that runs into it again ends at its deadline.
 */
final class LastKnown {
  private final Map<ServiceKey, WorkloadEvent.ServiceChanged> services = new HashMap<>();
  private final Map<ServiceKey, WorkloadEvent> endpoints = new HashMap<>();
  private final Map<WorkloadKey, WorkloadEvent> workloads = new HashMap<>();
  private boolean synced;

  void remember(WorkloadEvent event) {
    switch (event) {
      case WorkloadEvent.ServiceChanged changed -> {
        leave(services.put(changed.service().key(), changed));
      }
      case WorkloadEvent.ServiceRemoved(ServiceKey service) -> {
        endpoints.remove(service);
        leave(services.remove(service));
      }
      case WorkloadEvent.EndpointsChanged changed -> endpoints.put(changed.service(), changed);
      case WorkloadEvent.WorkloadObserved observed -> workloads.put(observed.workload(), observed);
      case WorkloadEvent.WorkloadMissing missing -> workloads.put(missing.workload(), missing);
      case WorkloadEvent.WorkloadFailed failed -> {}
      case WorkloadEvent.WorkloadRecovered recovered -> {}
      case WorkloadEvent.Synced() -> synced = true;
    }
  }

  /** Tells all of it, and last, if it was told, that this is everything. */
  void tell(Consumer<WorkloadEvent> newcomer) {
    services.values().forEach(newcomer);
    endpoints.values().forEach(newcomer);
    workloads.values().forEach(newcomer);
    if (synced) {
      newcomer.accept(new WorkloadEvent.Synced());
    }
  }

  /** Forgets a workload that its last service has left; it is told anew when one comes back. */
  private void leave(WorkloadEvent.@Nullable ServiceChanged before) {
    if (before == null) {
      return;
    }
    WorkloadKey workload = before.service().workload();
    if (services.values().stream()
        .noneMatch(changed -> changed.service().workload().equals(workload))) {
      workloads.remove(workload);
    }
  }

  boolean isSynced() {
    return synced;
  }
}
