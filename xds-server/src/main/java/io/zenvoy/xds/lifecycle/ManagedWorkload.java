package io.zenvoy.xds.lifecycle;

import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.model.WorkloadKey;
import java.util.Set;

/**
 * A workload with what leads to it, as it is told to people.
 *
 * @param clusters their names as users see them in Envoy's statistics
 * @param services the Services whose owners are told
 */
public record ManagedWorkload(WorkloadKey key, Set<String> clusters, Set<ServiceKey> services) {
  public ManagedWorkload {
    clusters = Set.copyOf(clusters);
    services = Set.copyOf(services);
  }
}
