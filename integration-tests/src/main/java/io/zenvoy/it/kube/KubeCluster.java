package io.zenvoy.it.kube;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequest;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.zenvoy.it.ChildProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;

/**
 * A running Kubernetes API with one node and no pods but those of the tests. Handing out names and
 * addresses is thread-safe; stopping and starting the API server is not.
 */
public final class KubeCluster implements AutoCloseable {
  static final String NODE = "node-1";

  private final ControlPlane controlPlane = new ControlPlane();
  private final Path adminKubeconfig =
      controlPlane
          .files()
          .writeKubeconfig(
              "admin", controlPlane.server(), ControlPlaneFiles.ADMIN_TOKEN, "default");
  private final KubernetesClient client;
  private final AtomicInteger namespaces = new AtomicInteger();
  private final AtomicInteger podAddresses = new AtomicInteger();

  public KubeCluster() {
    Config config = Config.fromKubeconfig(adminKubeconfig.toFile());
    // The default waits for half a minute, which hides that the API server is away.
    config.setRequestRetryBackoffLimit(2);
    // The kubelet's watch would come back half a minute after the API server, and tests measure it.
    config.setWatchReconnectInterval(100);
    client = new KubernetesClientBuilder().withConfig(config).build();
    client
        .nodes()
        .resource(new NodeBuilder().withNewMetadata().withName(NODE).endMetadata().build())
        .create();
  }

  /** A kubeconfig of somebody who may do everything. */
  public Path adminKubeconfig() {
    return adminKubeconfig;
  }

  /** Whoever may do everything; closed with the cluster. */
  public KubernetesClient client() {
    return client;
  }

  /** The API server's address, for a kubeconfig of the test's own. */
  public String server() {
    return controlPlane.server();
  }

  /** The Events of a Service that warn its owner. */
  public List<Event> warnings(String namespace, String service) {
    return client.v1().events().inNamespace(namespace).list().getItems().stream()
        .filter(event -> event.getType().equals("Warning"))
        .filter(event -> "zenvoy".equals(event.getSource().getComponent()))
        .filter(event -> event.getInvolvedObject().getKind().equals("Service"))
        .filter(event -> event.getInvolvedObject().getName().equals(service))
        .toList();
  }

  /** A namespace that nobody else uses, in which pods may be made. */
  public String newNamespace() {
    String name = "it-" + namespaces.incrementAndGet();
    client
        .namespaces()
        .resource(new NamespaceBuilder().withNewMetadata().withName(name).endMetadata().build())
        .create();
    Awaitility.await("the default ServiceAccount of " + name)
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(50))
        .until(() -> client.serviceAccounts().inNamespace(name).withName("default").get() != null);
    return name;
  }

  /**
   * The API server's port. ServiceAccounts find it at 127.0.0.1, everybody else at another address:
   * so a test can drop packets of zenvoy alone.
   */
  public int apiPort() {
    return controlPlane.apiPort();
  }

  /**
   * A kubeconfig of a ServiceAccount, which is made if it is not there. It may do nothing until
   * {@link Permissions} are granted.
   */
  public Path kubeconfigFor(String namespace, String serviceAccount) {
    client
        .serviceAccounts()
        .inNamespace(namespace)
        .resource(
            new ServiceAccountBuilder()
                .withNewMetadata()
                .withName(serviceAccount)
                .endMetadata()
                .build())
        .serverSideApply();
    TokenRequest token =
        client
            .serviceAccounts()
            .inNamespace(namespace)
            .withName(serviceAccount)
            .tokenRequest(
                new TokenRequestBuilder()
                    .withNewSpec()
                    .withExpirationSeconds(7200L)
                    .endSpec()
                    .build());
    return controlPlane
        .files()
        .writeKubeconfig(
            namespace + "-" + serviceAccount,
            controlPlane.server(),
            token.getStatus().getToken(),
            namespace);
  }

  /**
   * The same by another name of the API server's, {@code localhost}: packets to it can be dropped
   * ({@link Partition}) while everybody else reaches the API server.
   */
  public Path severableKubeconfigFor(String namespace, String serviceAccount) {
    Path ordinary = kubeconfigFor(namespace, serviceAccount);
    Path severable = ordinary.resolveSibling("severable-" + ordinary.getFileName());
    try {
      return Files.writeString(
          severable,
          Files.readString(ordinary)
              .replace("//" + ControlPlane.ADDRESS + ":", "//" + Partition.API_SERVER + ":"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The API server's audit log: one JSON object a line for every finished request, with {@code
   * requestReceivedTimestamp}.
   */
  public Path auditLog() {
    return controlPlane.files().auditLog();
  }

  /** What the audit log says, whatever files it is in. */
  public AuditLog audit() {
    return controlPlane.files().audit();
  }

  /** Ends the API server without a farewell. */
  public void stopApiServer() {
    controlPlane.stopApiServer();
  }

  /** Lets etcd forget all history; see {@link #stopApiServer} for the API server's own. */
  public void compactHistory() {
    controlPlane.compactHistory();
  }

  /** Starts the API server again, with everything that was stored, and waits until it is ready. */
  public void startApiServer() {
    controlPlane.startApiServer();
  }

  /** The API server's process, to freeze and thaw it. */
  public ChildProcess apiServer() {
    return controlPlane.apiServer();
  }

  /** An address that no other pod has had. */
  String newPodAddress() {
    int number = podAddresses.getAndIncrement();
    return "10.99." + (1 + number / 250) + "." + (1 + number % 250);
  }

  @Override
  public void close() {
    client.close();
    controlPlane.close();
  }
}
