package io.zenvoy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.PolicyRuleBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.zenvoy.it.kube.KubeCluster;
import io.zenvoy.it.kube.Kubelet;
import io.zenvoy.it.kube.Permissions;
import io.zenvoy.it.kube.Services;
import io.zenvoy.it.kube.SharedKubeCluster;
import io.zenvoy.it.upstream.EchoUpstream;
import io.zenvoy.xds.workloads.ScaleOutcome;
import io.zenvoy.xds.workloads.WorkloadEvent.ServiceRemoved;
import io.zenvoy.xds.workloads.WorkloadEvent.Synced;
import io.zenvoy.xds.workloads.WorkloadEvent.WorkloadObserved;
import io.zenvoy.xds.workloads.kubernetes.KubernetesWorkloads;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the Kubernetes adapter does while it lacks a server or rights. */
@ExtendWith({SharedKubeCluster.class, FailureLogs.class})
class KubernetesOutageIT {
  private static final Duration PATIENCE = KubernetesAdapter.PATIENCE;

  private final KubeCluster cluster;
  private final KubernetesClient client;
  private final KubernetesAdapter adapter;
  private final String namespace;

  KubernetesOutageIT(KubeCluster cluster) {
    this.cluster = cluster;
    this.client = cluster.client();
    this.adapter = new KubernetesAdapter(cluster);
    this.namespace = adapter.namespace();
  }

  @AfterEach
  void close() {
    adapter.close();
  }

  @Test
  void withoutRightsItSaysWhatIsMissingAndGoesOnWhenTheyAreGranted() {
    client.resource(Services.service(namespace, "echo", Services.OPTED_IN)).create();
    KubernetesWorkloads unauthorised = adapter.start(cluster.kubeconfigFor(namespace, "zenvoy"));
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                unauthorised
                    .unready()
                    .matches(
                        "Kubernetes forbids to list (deployments|endpointslices) in namespace "
                            + namespace));
    assertThat(adapter.events()).isEmpty();

    Permissions.grantIn(cluster, namespace, "zenvoy");

    await().atMost(PATIENCE).until(() -> adapter.events().contains(new Synced()));
    assertThat(unauthorised.unready()).isEmpty();
    assertThat(adapter.told("echo")).hasSize(1);
  }

  @Test
  void withoutEndpointSlicesItWatchesEndpointsUntilSlicesCanBeRead() {
    client.resource(Services.service(namespace, "echo", Services.OPTED_IN)).create();
    client.resource(Services.deployment(namespace, "echo", 1)).create();
    try (Kubelet kubelet =
        new Kubelet(cluster, namespace, EchoUpstream.on(Services.CONTAINER_PORT))) {
      kubelet.start();
      grantWithEndpointsInsteadOfSlices();
      adapter.start(cluster.kubeconfigFor(namespace, "zenvoy"));
      await().atMost(PATIENCE).until(() -> adapter.events().contains(new Synced()));
      await().atMost(PATIENCE).until(() -> adapter.readyEndpoints("echo") == 1);

      Permissions.grantIn(cluster, namespace, "zenvoy");
      client.apps().deployments().inNamespace(namespace).withName("echo").scale(2);

      await().atMost(PATIENCE).until(() -> adapter.readyEndpoints("echo") == 2);
      assertThat(adapter.events().stream().filter(Synced.class::isInstance)).hasSize(1);
    }
  }

  @Test
  void keepsItsStateWhileTheApiServerIsAwayAndCatchesUpAfterwards() {
    client.resource(Services.service(namespace, "kept", Services.OPTED_IN)).create();
    client.resource(Services.deployment(namespace, "kept", 0)).create();
    Service removed =
        client.resource(Services.service(namespace, "removed", Services.OPTED_IN)).create();
    adapter.startSynced();
    WorkloadObserved observed = adapter.lastObserved(adapter.deployment("kept"));

    cluster.stopApiServer();
    try {
      assertThat(adapter.scale(observed, 1)).isInstanceOf(ScaleOutcome.Unavailable.class);
      assertThat(adapter.events()).noneMatch(ServiceRemoved.class::isInstance);
    } finally {
      cluster.startApiServer();
    }
    client.resource(removed).delete();
    client.resource(Services.service(namespace, "added", Services.OPTED_IN)).create();

    await()
        .atMost(PATIENCE)
        .until(() -> adapter.events().contains(new ServiceRemoved(adapter.service("removed"))));
    await().atMost(PATIENCE).until(() -> !adapter.told("added").isEmpty());
    assertThat(adapter.scale(adapter.deployment("kept"), 1)).isEqualTo(new ScaleOutcome.Scaled());
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                adapter.registry().find("zenvoy_kubernetes_watch_restarts").counters().stream()
                        .mapToDouble(counter -> counter.count())
                        .sum()
                    >= 1);
    await()
        .atMost(PATIENCE)
        .until(() -> adapter.lastObserved(adapter.deployment("kept")).replicas() == 1);
  }

  @Test
  void aServerThatIsAwayAtTheStartIsAwaited() {
    client.resource(Services.service(namespace, "echo", Services.OPTED_IN)).create();
    Path kubeconfig = cluster.kubeconfigFor(namespace, "zenvoy");
    Permissions.grantIn(cluster, namespace, "zenvoy");
    cluster.stopApiServer();
    try {
      KubernetesWorkloads waiting = adapter.start(kubeconfig);
      await().atMost(PATIENCE).until(() -> waiting.unready().contains("is unreachable"));
    } finally {
      cluster.startApiServer();
    }

    await().atMost(PATIENCE).until(() -> adapter.events().contains(new Synced()));
    assertThat(adapter.told("echo")).hasSize(1);
  }

  private void grantWithEndpointsInsteadOfSlices() {
    List<PolicyRule> rules =
        Stream.of(
                List.of("", "services", "endpoints"),
                List.of("apps", "deployments", "statefulsets"))
            .map(
                rule ->
                    new PolicyRuleBuilder()
                        .withApiGroups(rule.getFirst())
                        .withResources(rule.subList(1, rule.size()))
                        .withVerbs("get", "list", "watch")
                        .build())
            .toList();
    client
        .resource(
            new RoleBuilder()
                .withNewMetadata()
                .withName("endpoints")
                .withNamespace(namespace)
                .endMetadata()
                .withRules(rules)
                .build())
        .create();
    client
        .resource(
            new RoleBindingBuilder()
                .withNewMetadata()
                .withName("endpoints")
                .withNamespace(namespace)
                .endMetadata()
                .withNewRoleRef("rbac.authorization.k8s.io", "Role", "endpoints")
                .addNewSubject("", "ServiceAccount", "zenvoy", namespace)
                .build())
        .create();
  }
}
