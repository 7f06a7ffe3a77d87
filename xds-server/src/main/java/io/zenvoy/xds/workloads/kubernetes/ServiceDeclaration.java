package io.zenvoy.xds.workloads.kubernetes;

import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.model.ServicePolicy;
import io.zenvoy.xds.model.ServicePort;
import io.zenvoy.xds.model.ServiceSpec;
import io.zenvoy.xds.model.TcpExposure;
import io.zenvoy.xds.model.WorkloadKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A valid Service as its owner wrote it: which workload it means may depend on what exists.
 *
 * @param target the workload that an annotation names; empty: the one of the Service's name
 */
record ServiceDeclaration(
    ServiceKey key,
    String uid,
    Instant created,
    Optional<WorkloadKey> target,
    List<ServicePort> ports,
    List<String> hosts,
    TcpExposure tcp,
    ServicePolicy policy) {
  ServiceSpec scaling(WorkloadKey workload) {
    return new ServiceSpec(key, uid, created, workload, ports, hosts, tcp, policy);
  }
}
