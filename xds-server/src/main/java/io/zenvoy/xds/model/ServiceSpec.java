package io.zenvoy.xds.model;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A Service that opted in, as its owner wrote it.
 *
 * @param uid changes when a Service is deleted and made again; slots are computed from it
 * @param created the older of two Services wins where both claim the same host or slot
 * @param ports at least one, in the Service's order; the first is what the Service's own hosts lead
 *     to
 * @param hosts further hosts, lower case, without ports; {@code *.example.com} matches every name
 *     below
 * @param certificate by which its hosts are reached by TLS, too, which Envoys end; empty: by plain
 *     HTTP alone
 */
public record ServiceSpec(
    ServiceKey key,
    String uid,
    Instant created,
    WorkloadKey workload,
    List<ServicePort> ports,
    List<String> hosts,
    Optional<Certificate> certificate,
    TcpExposure tcp,
    ServicePolicy policy) {
  public ServiceSpec {
    ports = List.copyOf(ports);
    hosts = List.copyOf(hosts);
    if (ports.isEmpty()) {
      throw new IllegalArgumentException("ports: none (expected: at least one)");
    }
  }

  /** A Service that is reached by plain HTTP alone. */
  public ServiceSpec(
      ServiceKey key,
      String uid,
      Instant created,
      WorkloadKey workload,
      List<ServicePort> ports,
      List<String> hosts,
      ServicePolicy policy) {
    this(key, uid, created, workload, ports, hosts, Optional.empty(), TcpExposure.NONE, policy);
  }
}
