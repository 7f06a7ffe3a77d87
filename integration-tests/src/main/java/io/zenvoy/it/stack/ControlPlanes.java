package io.zenvoy.it.stack;

import io.zenvoy.common.HostPort;
import io.zenvoy.it.FreePorts;
import io.zenvoy.it.kube.KubeCluster;
import io.zenvoy.it.kube.ServiceProxy;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the control planes of a stack are started with, and where clients find the one that serves:
 * a single one at its port, the leader of two by the cluster IP of a Service. Each keeps its ports.
 */
final class ControlPlanes implements AutoCloseable {
  private static final HostPort CLUSTER_IP = new HostPort("10.99.250.1", 18_000);
  private static final String SERVICE = "zenvoy-xds";

  private final StackSettings settings;
  private final String namespace;
  private final Path kubeconfig;
  private final Path standbyKubeconfig;
  private final int port = FreePorts.next();
  private final int adminPort = FreePorts.next();
  private final int standbyPort = FreePorts.next();
  private final int standbyAdminPort = FreePorts.next();
  private final Optional<ServiceProxy> proxy;

  ControlPlanes(
      StackSettings settings, KubeCluster cluster, String namespace, String serviceAccount) {
    this.settings = settings;
    this.namespace = namespace;
    this.standbyKubeconfig = cluster.kubeconfigFor(namespace, serviceAccount);
    boolean elects = settings.election() == StackSettings.Election.OF_TWO;
    this.kubeconfig = cluster.severableKubeconfigFor(namespace, serviceAccount);
    this.proxy =
        elects
            ? Optional.of(ServiceProxy.start(cluster, namespace, SERVICE, CLUSTER_IP))
            : Optional.empty();
  }

  /** Where Envoys and daemons connect to. */
  HostPort address() {
    return proxy.isPresent() ? CLUSTER_IP : new HostPort("127.0.0.1", port);
  }

  Map<String, String> environment() {
    return environment(1, kubeconfig, port, adminPort);
  }

  Map<String, String> standbyEnvironment() {
    return environment(2, standbyKubeconfig, standbyPort, standbyAdminPort);
  }

  @Override
  public void close() {
    proxy.ifPresent(ServiceProxy::close);
  }

  private Map<String, String> environment(int number, Path file, int xdsPort, int anAdminPort) {
    Map<String, String> environment = new LinkedHashMap<>(settings.xdsServer());
    environment.put("KUBECONFIG", file.toString());
    environment.put("KUBE_NAMESPACE", settings.namespaces().replace(StackSettings.HOME, namespace));
    environment.put("SLOTS", settings.redirect().slots());
    environment.put("XDS_PORT", Integer.toString(xdsPort));
    environment.put("ADMIN_PORT", Integer.toString(anAdminPort));
    if (proxy.isPresent()) {
      environment.put("POD_NAME", "zenvoy-xds-" + number);
      environment.put("POD_IP", "10.99.251." + number);
    }
    return environment;
  }
}
