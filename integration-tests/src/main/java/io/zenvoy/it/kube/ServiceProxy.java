package io.zenvoy.it.kube;

import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.zenvoy.common.HostPort;
import io.zenvoy.it.ChildProcess;
import io.zenvoy.it.Project;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Plays kube-proxy for one Service: new connections to its cluster IP go to the endpoint in its
 * EndpointSlices, open ones stay where they are.
 */
public final class ServiceProxy implements AutoCloseable {
  private static final String CHAIN = "ZENVOY-IT-SERVICE";
  private static final long EVERY_MILLIS = 100;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final KubeCluster cluster;
  private final String namespace;
  private final String service;
  private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
  private Optional<HostPort> current = Optional.empty();

  private ServiceProxy(KubeCluster cluster, String namespace, String service) {
    this.cluster = cluster;
    this.namespace = namespace;
    this.service = service;
  }

  /**
   * Starts to redirect.
   *
   * @param address the Service's cluster IP and port
   */
  @SuppressWarnings("FutureReturnValueIgnored") // look() catches everything
  public static ServiceProxy start(
      KubeCluster cluster, String namespace, String service, HostPort address) {
    ServiceProxy proxy = new ServiceProxy(cluster, namespace, service);
    proxy.iptables("-N", CHAIN);
    proxy.iptables(
        "-A",
        "OUTPUT",
        "-p",
        "tcp",
        "-d",
        address.host(),
        "--dport",
        Integer.toString(address.port()),
        "-j",
        CHAIN);
    proxy.thread.scheduleWithFixedDelay(proxy::look, 0, EVERY_MILLIS, TimeUnit.MILLISECONDS);
    return proxy;
  }

  @Override
  public void close() {
    thread.shutdownNow();
    iptables("-F", "OUTPUT");
    iptables("-F", CHAIN);
    iptables("-X", CHAIN);
  }

  private void look() {
    try {
      Optional<HostPort> endpoint =
          cluster
              .client()
              .discovery()
              .v1()
              .endpointSlices()
              .inNamespace(namespace)
              .withLabel("kubernetes.io/service-name", service)
              .list()
              .getItems()
              .stream()
              .findFirst()
              .map(ServiceProxy::endpoint);
      if (!endpoint.equals(current)) {
        iptables("-F", CHAIN);
        endpoint.ifPresent(
            target ->
                iptables(
                    "-A", CHAIN, "-p", "tcp", "-j", "DNAT", "--to-destination", target.toString()));
        current = endpoint;
      }
    } catch (RuntimeException e) {
      // The API server may be away: as kube-proxy does, it goes on with what it knows.
    }
  }

  private static HostPort endpoint(EndpointSlice slice) {
    return new HostPort(
        slice.getEndpoints().getFirst().getAddresses().getFirst(),
        slice.getPorts().getFirst().getPort());
  }

  private void iptables(String... arguments) {
    List<String> command = new ArrayList<>(List.of("iptables", "-w", "-t", "nat"));
    command.addAll(List.of(arguments));
    try (ChildProcess process =
        ChildProcess.start(
            "iptables", Project.clusterLogs().resolve("iptables.log"), Map.of(), command)) {
      int exitCode = process.awaitExit(PATIENCE);
      if (exitCode != 0) {
        throw new IllegalStateException(command + ": " + exitCode + " " + process.output());
      }
    }
  }
}
