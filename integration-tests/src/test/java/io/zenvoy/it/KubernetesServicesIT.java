package io.zenvoy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.zenvoy.it.kube.KubeCluster;
import io.zenvoy.it.kube.Services;
import io.zenvoy.it.kube.SharedKubeCluster;
import io.zenvoy.xds.model.WorkloadKey;
import io.zenvoy.xds.model.WorkloadKey.Kind;
import io.zenvoy.xds.workloads.ScaleOutcome;
import io.zenvoy.xds.workloads.WorkloadEvent.EndpointsChanged;
import io.zenvoy.xds.workloads.WorkloadEvent.ServiceChanged;
import io.zenvoy.xds.workloads.WorkloadEvent.ServiceRemoved;
import io.zenvoy.xds.workloads.WorkloadEvent.Synced;
import io.zenvoy.xds.workloads.WorkloadEvent.WorkloadMissing;
import io.zenvoy.xds.workloads.WorkloadEvent.WorkloadObserved;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Which Services are managed, and how their annotations are read, on a real API server. */
@ExtendWith({SharedKubeCluster.class, FailureLogs.class})
class KubernetesServicesIT {
  private static final Duration PATIENCE = KubernetesAdapter.PATIENCE;

  private final KubernetesClient client;
  private final KubernetesAdapter adapter;
  private final String namespace;

  KubernetesServicesIT(KubeCluster cluster) {
    this.client = cluster.client();
    this.adapter = new KubernetesAdapter(cluster);
    this.namespace = adapter.namespace();
  }

  @AfterEach
  void close() {
    adapter.close();
  }

  @Test
  void tellsWhatOptedInAndThenThatItIsSynced() {
    client.resource(Services.service(namespace, "asleep", Services.OPTED_IN)).create();
    client.resource(Services.deployment(namespace, "asleep", 0)).create();
    client.resource(Services.service(namespace, "other", Map.of())).create();
    client.resource(Services.deployment(namespace, "other", 0)).create();

    adapter.startSynced();

    assertThat(adapter.events()).hasSize(4);
    assertThat(adapter.events().get(0))
        .isInstanceOfSatisfying(
            ServiceChanged.class,
            changed -> {
              assertThat(changed.service().key()).isEqualTo(adapter.service("asleep"));
              assertThat(changed.service().workload()).isEqualTo(adapter.deployment("asleep"));
              assertThat(changed.service().policy()).isEqualTo(KubernetesAdapter.DEFAULTS);
            });
    assertThat(adapter.events().get(1))
        .isInstanceOfSatisfying(
            WorkloadObserved.class, observed -> assertThat(observed.replicas()).isZero());
    assertThat(adapter.events().get(2))
        .isEqualTo(new EndpointsChanged(adapter.service("asleep"), Map.of()));
    assertThat(adapter.events().get(3)).isEqualTo(new Synced());
  }

  @Test
  void aDeploymentThatAppearsTakesTheStatefulSetsPlace() {
    client.resource(Services.service(namespace, "app", Services.OPTED_IN)).create();
    adapter.startSynced();
    assertThat(adapter.events()).contains(new WorkloadMissing(adapter.deployment("app")));

    client.resource(Services.statefulSet(namespace, "app", 0)).create();
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                adapter.target("app").equals(new WorkloadKey(Kind.STATEFULSET, namespace, "app")));

    client.resource(Services.deployment(namespace, "app", 0)).create();
    await().atMost(PATIENCE).until(() -> adapter.target("app").equals(adapter.deployment("app")));
  }

  @Test
  void aBadAnnotationKeepsTheLastGoodConfigurationAndTellsTheOwnerOnce() {
    Service good =
        client.resource(Services.service(namespace, "echo", annotated("replicas", "2"))).create();
    adapter.startSynced();

    adapter.annotate(good, "replicas", "many");
    await().atMost(PATIENCE).until(() -> !adapter.warnings("echo").isEmpty());
    adapter.annotate(good, "unrelated.example.com/touched", "1");

    assertThat(adapter.gauge("zenvoy_invalid_annotations")).contains(1.0);
    adapter.annotate(good, "replicas", "3");
    await()
        .atMost(PATIENCE)
        .until(() -> adapter.told("echo").getLast().service().policy().replicas() == 3);
    assertThat(adapter.gauge("zenvoy_invalid_annotations")).isEmpty();
    assertThat(adapter.told("echo")).hasSize(2);
    assertThat(adapter.events()).noneMatch(ServiceRemoved.class::isInstance);
    assertThat(adapter.warnings("echo"))
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.getReason()).isEqualTo("InvalidAnnotation");
              assertThat(event.getMessage()).contains("zenvoy.io/replicas: \"many\"");
              assertThat(event.getInvolvedObject().getUid()).isEqualTo(good.getMetadata().getUid());
            });
  }

  @Test
  void optingOutReleasesTheService() {
    Service echo = client.resource(Services.service(namespace, "echo", Services.OPTED_IN)).create();
    client.resource(Services.deployment(namespace, "echo", 1)).create();
    adapter.startSynced();
    WorkloadObserved observed = adapter.lastObserved(adapter.deployment("echo"));

    adapter.annotate(echo, "enabled", "false");

    await()
        .atMost(PATIENCE)
        .until(() -> adapter.events().contains(new ServiceRemoved(adapter.service("echo"))));
    assertThat(adapter.scale(observed, 0)).isInstanceOf(ScaleOutcome.Refused.class);
    assertThat(adapter.replicas("echo")).isEqualTo(1);
  }

  @Test
  void zenvoysOwnWorkloadIsNeverManagedWhateverNamesIt() {
    client
        .resource(
            Services.service(namespace, "disguise", annotated("target", "deployment/zenvoy-proxy")))
        .create();
    client.resource(Services.service(namespace, "zenvoy-xds", Services.OPTED_IN)).create();
    client.resource(Services.deployment(namespace, "zenvoy-proxy", 1)).create();
    client.resource(Services.deployment(namespace, "zenvoy-xds", 1)).create();

    adapter.startSynced();

    assertThat(adapter.events()).containsExactly(new Synced());
    await().atMost(PATIENCE).until(() -> adapter.warnings("disguise").size() == 1);
    await().atMost(PATIENCE).until(() -> adapter.warnings("zenvoy-xds").size() == 1);
  }

  private static Map<String, String> annotated(String key, String value) {
    Map<String, String> annotations = new HashMap<>(Services.OPTED_IN);
    annotations.put("zenvoy.io/" + key, value);
    return annotations;
  }
}
