package io.zenvoy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.PolicyRuleBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.zenvoy.it.kube.Kubelet;
import io.zenvoy.it.kube.Permissions;
import io.zenvoy.xds.workloads.ScaleOutcome;
import io.zenvoy.xds.workloads.WorkloadEvent.ServiceRemoved;
import io.zenvoy.xds.workloads.WorkloadEvent.Synced;
import io.zenvoy.xds.workloads.WorkloadEvent.WorkloadObserved;
import io.zenvoy.xds.workloads.kubernetes.KubernetesWorkloads;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the Kubernetes adapter does while it lacks a server or rights. */
@ExtendWith({KubernetesAdapter.PerTest.class, FailureLogs.class})
class KubernetesOutageIT {
  private static final Duration PATIENCE = KubernetesAdapter.PATIENCE;

  private final KubernetesClient client;
  private final KubernetesAdapter adapter;
  private final String namespace;

  KubernetesOutageIT(KubernetesAdapter adapter) {
    this.adapter = adapter;
    this.client = adapter.client();
    this.namespace = adapter.namespace();
  }

  @Test
  void withoutRightsItSaysWhatIsMissingAndGoesOnWhenTheyAreGranted() {
    adapter.makeService("echo");
    KubernetesWorkloads unauthorised =
        adapter.start(adapter.cluster().kubeconfigFor(namespace, "zenvoy"));
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

    Permissions.grantIn(adapter.cluster(), namespace, "zenvoy");

    await().atMost(PATIENCE).until(() -> adapter.events().contains(new Synced()));
    assertThat(unauthorised.unready()).isEmpty();
    assertThat(adapter.told("echo")).hasSize(1);
  }

  @Test
  void withoutEndpointSlicesItWatchesEndpointsUntilSlicesCanBeRead() {
    adapter.makeService("echo");
    adapter.makeDeployment("echo", 1);
    try (Kubelet _ = adapter.startKubelet()) {
      grantWithEndpointsInsteadOfSlices();
      adapter.start(adapter.cluster().kubeconfigFor(namespace, "zenvoy"));
      await().atMost(PATIENCE).until(() -> adapter.events().contains(new Synced()));
      await().atMost(PATIENCE).until(() -> adapter.readyEndpoints("echo") == 1);

      Permissions.grantIn(adapter.cluster(), namespace, "zenvoy");
      client.apps().deployments().inNamespace(namespace).withName("echo").scale(2);

      await().atMost(PATIENCE).until(() -> adapter.readyEndpoints("echo") == 2);
      assertThat(adapter.events().stream().filter(Synced.class::isInstance)).hasSize(1);
    }
  }

  @Test
  void keepsItsStateWhileTheApiServerIsAwayAndCatchesUpAfterwards() {
    adapter.makeService("kept");
    adapter.makeDeployment("kept", 0);
    Service removed = adapter.makeService("removed");
    adapter.startSynced();
    WorkloadObserved observed = adapter.lastObserved(adapter.deployment("kept"));

    adapter.cluster().stopApiServer();
    try {
      assertThat(adapter.scale(observed, 1)).isInstanceOf(ScaleOutcome.Unanswered.class);
      assertThat(adapter.events()).noneMatch(ServiceRemoved.class::isInstance);
    } finally {
      adapter.cluster().startApiServer();
    }
    client.resource(removed).delete();
    adapter.makeService("added");

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
    adapter.makeService("echo");
    Path kubeconfig = adapter.cluster().kubeconfigFor(namespace, "zenvoy");
    Permissions.grantIn(adapter.cluster(), namespace, "zenvoy");
    adapter.cluster().stopApiServer();
    try {
      KubernetesWorkloads waiting = adapter.start(kubeconfig);
      await().atMost(PATIENCE).until(() -> waiting.unready().contains("is unreachable"));
    } finally {
      adapter.cluster().startApiServer();
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
