package io.zenvoy.xds.workloads.kubernetes;

import io.zenvoy.xds.model.Certificate;
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
 * @param secret the Secret that an annotation names, in the Service's namespace
 */
record ServiceDeclaration(
    ServiceKey key,
    String uid,
    Instant created,
    Optional<WorkloadKey> target,
    List<ServicePort> ports,
    List<String> hosts,
    Optional<String> secret,
    TcpExposure tcp,
    ServicePolicy policy) {
  /**
   * @param certificate what the Secret holds
   */
  ServiceSpec scaling(WorkloadKey workload, Optional<Certificate> certificate) {
    return new ServiceSpec(key, uid, created, workload, ports, hosts, certificate, tcp, policy);
  }
}
