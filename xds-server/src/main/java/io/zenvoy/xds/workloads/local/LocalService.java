package io.zenvoy.xds.workloads.local;

import io.zenvoy.xds.model.Protocol;
import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.model.ServicePolicy;
import io.zenvoy.xds.model.ServicePort;
import io.zenvoy.xds.model.ServiceSpec;
import io.zenvoy.xds.model.TcpClaim;
import io.zenvoy.xds.model.TcpExposure;
import io.zenvoy.xds.model.WorkloadKey;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One service of the file.
 *
 * @param position its place in the file, from 0
 * @param command the program and its arguments; {@value #PORT_PLACEHOLDER} stands for the port
 * @param port empty: a free one is chosen at each start
 * @param tcp on which Envoy listens for its clients; empty: they come by HTTP
 * @param directory absolute; where the command runs
 */
record LocalService(
    String name,
    int position,
    List<String> command,
    OptionalInt port,
    OptionalInt tcp,
    List<String> hosts,
    Map<String, String> environment,
    Path directory,
    Protocol protocol,
    ServicePolicy policy) {

  static final String PORT_PLACEHOLDER = "{port}";

  /** The port's name: a Service with a single port needs none. */
  static final String PORT_NAME = "";

  private static final int NOMINAL_PORT = 80;

  LocalService {
    command = List.copyOf(command);
    hosts = List.copyOf(hosts);
    environment = Map.copyOf(environment);
  }

  ServiceKey key() {
    return new ServiceKey(LocalWorkloads.NAMESPACE, name);
  }

  WorkloadKey workload() {
    return new WorkloadKey(WorkloadKey.Kind.PROCESS, LocalWorkloads.NAMESPACE, name);
  }

  /** The same at every start: slots are computed from it, and the file's order decides disputes. */
  ServiceSpec specification() {
    ServicePort servicePort = new ServicePort(PORT_NAME, port.orElse(NOMINAL_PORT), protocol);
    return new ServiceSpec(
        key(),
        "local-" + name,
        Instant.EPOCH.plusSeconds(position),
        workload(),
        List.of(servicePort),
        hosts,
        Optional.empty(),
        exposure(servicePort),
        policy);
  }

  private TcpExposure exposure(ServicePort servicePort) {
    return new TcpExposure(
        tcp.stream().mapToObj(listener -> new TcpClaim(listener, servicePort)).toList(),
        List.of(),
        Optional.empty());
  }

  List<String> commandWithPort(int port) {
    return command.stream()
        .map(word -> word.replace(PORT_PLACEHOLDER, Integer.toString(port)))
        .toList();
  }
}
