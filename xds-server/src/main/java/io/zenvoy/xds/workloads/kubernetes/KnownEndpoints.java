package io.zenvoy.xds.workloads.kubernetes;

import io.zenvoy.xds.model.Endpoints;
import io.zenvoy.xds.model.ServiceKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What all objects that tell of endpoints have told, of every Service.
 *
 * <p>Owned by the {@link Inventory}.
 */
final class KnownEndpoints {
  private final Map<ServiceKey, Map<String, List<ObservedSlice>>> slices = new HashMap<>();

  /**
   * The endpoints of a Service as one object tells them.
   *
   * @param source names the object among all that tell of this Service
   * @param told empty if the object is gone
   */
  void observed(ServiceKey service, String source, List<ObservedSlice> told) {
    if (told.isEmpty()) {
      slices.computeIfPresent(
          service,
          (key, bySource) -> {
            bySource.remove(source);
            return bySource.isEmpty() ? null : bySource;
          });
    } else {
      slices.computeIfAbsent(service, key -> new TreeMap<>()).put(source, told);
    }
  }

  /** The endpoints of some ports of a Service, by the ports' names. */
  Map<String, Endpoints> of(ServiceKey service, Set<String> ports) {
    return EndpointMerge.byPort(
        slices.getOrDefault(service, Map.of()).values().stream().flatMap(List::stream).toList(),
        ports);
  }
}
