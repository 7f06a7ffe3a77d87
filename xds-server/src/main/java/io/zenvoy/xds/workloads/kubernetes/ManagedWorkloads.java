package io.zenvoy.xds.workloads.kubernetes;

import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.model.WorkloadKey;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The workloads that zenvoy may touch: those that a managed Service names at this moment. Changed
 * by the thread that owns the {@link Inventory}, read by any.
 */
final class ManagedWorkloads {
  private final Map<WorkloadKey, Set<ServiceKey>> services = new ConcurrentHashMap<>();

  /** Whether a managed Service names it. */
  boolean contains(WorkloadKey workload) {
    return services.containsKey(workload);
  }

  void add(WorkloadKey workload, ServiceKey service) {
    services.computeIfAbsent(workload, key -> ConcurrentHashMap.newKeySet()).add(service);
  }

  void remove(WorkloadKey workload, ServiceKey service) {
    services.computeIfPresent(
        workload,
        (key, those) -> {
          those.remove(service);
          return those.isEmpty() ? null : those;
        });
  }
}
