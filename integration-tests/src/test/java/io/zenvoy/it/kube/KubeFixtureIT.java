package io.zenvoy.it.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.zenvoy.it.FailureLogs;
import io.zenvoy.it.upstream.EchoUpstream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith({SharedKubeCluster.class, FailureLogs.class})
class KubeFixtureIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final KubeCluster cluster;
  private final KubernetesClient client;
  private String namespace = "";

  KubeFixtureIT(KubeCluster cluster) {
    this.cluster = cluster;
    this.client = cluster.client();
  }

  @BeforeEach
  void makeNamespace() {
    namespace = cluster.newNamespace();
  }

  @Test
  void aScaledDeploymentGetsAnEndpointThatAnswers() throws Exception {
    EchoUpstream upstream = EchoUpstream.on(Services.CONTAINER_PORT);
    try (Kubelet kubelet = new Kubelet(cluster, namespace, upstream)) {
      kubelet.start();
      client.resource(Services.service(namespace, "echo", Services.OPTED_IN)).create();
      client.resource(Services.deployment(namespace, "echo", 1)).create();

      await().atMost(PATIENCE).until(() -> readyAddresses("echo").size() == 1);
      String address = readyAddresses("echo").getFirst();
      HttpResponse<String> answer = post("http://" + address + ":8080/path", "abc");

      assertThat(answer.headers().firstValue("x-pod").orElseThrow()).startsWith("echo-");
      assertThat(answer.headers().firstValue("x-sha256"))
          .contains("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
      assertThat(answer.body()).contains("path: /path", "length: 3");

      client.apps().deployments().inNamespace(namespace).withName("echo").scale(0);
      await().atMost(PATIENCE).until(() -> readyAddresses("echo").isEmpty());
      await()
          .atMost(PATIENCE)
          .until(() -> client.pods().inNamespace(namespace).list().getItems().isEmpty());
      assertThatThrownBy(() -> post("http://" + address + ":8080/", ""))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void aPodThatIsNeverReadyGetsNoReadyEndpoint() {
    EchoUpstream upstream = new EchoUpstream(Services.CONTAINER_PORT, EchoUpstream.Readiness.NEVER);
    try (Kubelet kubelet = new Kubelet(cluster, namespace, upstream)) {
      kubelet.start();
      client.resource(Services.service(namespace, "slow", Services.OPTED_IN)).create();
      client.resource(Services.deployment(namespace, "slow", 1)).create();

      await().atMost(PATIENCE).until(() -> addresses("slow", false).size() == 1);
      assertThat(readyAddresses("slow")).isEmpty();
    }
  }

  @Test
  void aServiceAccountMayDoWhatTheExampleGrantsAndNothingElse() {
    client.resource(Services.deployment(namespace, "echo", 0)).create();
    Path kubeconfig = cluster.kubeconfigFor(namespace, "zenvoy");
    try (KubernetesClient restricted =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(kubeconfig.toFile()))
            .build()) {
      assertThatThrownBy(() -> restricted.services().inNamespace(namespace).list())
          .isInstanceOf(KubernetesClientException.class)
          .hasMessageContaining("forbidden");

      Permissions.grantIn(cluster, namespace, "zenvoy");

      await()
          .atMost(PATIENCE)
          .ignoreExceptions()
          .until(() -> restricted.services().inNamespace(namespace).list().getItems().isEmpty());
      assertThatThrownBy(
              () ->
                  restricted.apps().deployments().inNamespace(namespace).withName("echo").delete())
          .hasMessageContaining("forbidden");
      assertThatThrownBy(() -> restricted.services().inNamespace("default").list())
          .hasMessageContaining("forbidden");
    }
  }

  @Test
  void theApiServerComesBackWithEverythingThatWasStored() throws IOException {
    client.resource(Services.deployment(namespace, "kept", 0)).create();

    cluster.stopApiServer();
    assertThatThrownBy(() -> client.apps().deployments().inNamespace(namespace).list())
        .isInstanceOf(KubernetesClientException.class);
    cluster.startApiServer();

    assertThat(client.apps().deployments().inNamespace(namespace).withName("kept").get())
        .isNotNull();
    assertThat(Files.readString(cluster.auditLog()))
        .contains("requestReceivedTimestamp", "/namespaces/" + namespace + "/deployments");
  }

  private List<String> readyAddresses(String service) {
    return addresses(service, true);
  }

  private List<String> addresses(String service, boolean ready) {
    return client
        .discovery()
        .v1()
        .endpointSlices()
        .inNamespace(namespace)
        .withLabel("kubernetes.io/service-name", service)
        .list()
        .getItems()
        .stream()
        .map(EndpointSlice::getEndpoints)
        .filter(endpoints -> endpoints != null)
        .flatMap(List::stream)
        .filter(endpoint -> Boolean.valueOf(ready).equals(endpoint.getConditions().getReady()))
        .flatMap(endpoint -> endpoint.getAddresses().stream())
        .toList();
  }

  private static HttpResponse<String> post(String uri, String body) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
          HttpRequest.newBuilder(URI.create(uri))
              .timeout(Duration.ofSeconds(10))
              .POST(HttpRequest.BodyPublishers.ofString(body))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }
}
