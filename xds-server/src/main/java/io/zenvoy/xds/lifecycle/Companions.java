package io.zenvoy.xds.lifecycle;

import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.model.ServiceSpec;
import io.zenvoy.xds.model.WorkloadKey;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which workloads wake with which: what a service names by {@code wake-with}, and what those name
 * in turn. What is named and not there is told to the owner of the service that names it.
 *
 * <p>Owned by the life cycle's thread.
 */
final class Companions {
  private final LifecycleObserver observer;
  private final Map<ServiceKey, Set<ServiceKey>> unknown = new HashMap<>();
  private final Map<WorkloadKey, Set<WorkloadKey>> bySource = new HashMap<>();
  private final Map<WorkloadKey, Set<WorkloadKey>> byTarget = new HashMap<>();

  Companions(LifecycleObserver observer) {
    this.observer = observer;
  }

  /** Takes in all services anew. */
  void define(Map<ServiceKey, ServiceSpec> services) {
    tellUnknown(services);
    bySource.clear();
    byTarget.clear();
    for (ServiceSpec service : services.values()) {
      for (WorkloadKey target : reach(service, services)) {
        if (!target.equals(service.workload())) {
          bySource.computeIfAbsent(service.workload(), key -> new HashSet<>()).add(target);
          byTarget.computeIfAbsent(target, key -> new HashSet<>()).add(service.workload());
        }
      }
    }
  }

  private void tellUnknown(Map<ServiceKey, ServiceSpec> services) {
    unknown.keySet().retainAll(services.keySet());
    for (ServiceSpec service : services.values()) {
      Set<ServiceKey> absent = new HashSet<>(service.policy().wakeWith());
      absent.removeAll(services.keySet());
      Set<ServiceKey> told =
          absent.isEmpty() ? unknown.remove(service.key()) : unknown.put(service.key(), absent);
      for (ServiceKey name : absent) {
        if (told == null || !told.contains(name)) {
          observer.unknownCompanion(service.key(), name);
        }
      }
    }
  }

  /** What is woken with a workload. */
  Set<WorkloadKey> wokenWith(WorkloadKey source) {
    return bySource.getOrDefault(source, Set.of());
  }

  /** What a workload is woken with. */
  Set<WorkloadKey> wakersOf(WorkloadKey target) {
    return byTarget.getOrDefault(target, Set.of());
  }

  private static Collection<WorkloadKey> reach(
      ServiceSpec from, Map<ServiceKey, ServiceSpec> services) {
    Set<ServiceKey> seen = new HashSet<>(from.policy().wakeWith());
    Deque<ServiceKey> open = new ArrayDeque<>(seen);
    Set<WorkloadKey> reached = new HashSet<>();
    while (!open.isEmpty()) {
      ServiceSpec service = services.get(open.remove());
      if (service != null) {
        reached.add(service.workload());
        service.policy().wakeWith().stream().filter(seen::add).forEach(open::add);
      }
    }
    return reached;
  }
}
