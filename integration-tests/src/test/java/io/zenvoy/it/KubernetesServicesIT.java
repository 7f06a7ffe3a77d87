package io.zenvoy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Service;
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
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Which Services are managed, and how their annotations are read, on a real API server. */
@ExtendWith({KubernetesAdapter.PerTest.class, FailureLogs.class})
class KubernetesServicesIT {
  private static final Duration PATIENCE = KubernetesAdapter.PATIENCE;

  private final KubernetesAdapter adapter;
  private final String namespace;

  KubernetesServicesIT(KubernetesAdapter adapter) {
    this.adapter = adapter;
    this.namespace = adapter.namespace();
  }

  @Test
  void tellsWhatOptedInAndThenThatItIsSynced() {
    adapter.makeService("asleep");
    adapter.makeDeployment("asleep", 0);
    adapter.makeForeignService("other");
    adapter.makeDeployment("other", 0);

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
    adapter.makeService("app");
    adapter.startSynced();
    assertThat(adapter.events()).contains(new WorkloadMissing(adapter.deployment("app")));

    adapter.makeStatefulSet("app", 0);
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                adapter.target("app").equals(new WorkloadKey(Kind.STATEFULSET, namespace, "app")));

    adapter.makeDeployment("app", 0);
    await().atMost(PATIENCE).until(() -> adapter.target("app").equals(adapter.deployment("app")));
  }

  @Test
  void aBadAnnotationKeepsTheLastGoodConfigurationAndTellsTheOwnerOnce() {
    Service good = adapter.makeService("echo", Map.of("replicas", "2"));
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
    Service echo = adapter.makeService("echo");
    adapter.makeDeployment("echo", 1);
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
    adapter.makeService("disguise", Map.of("target", "deployment/zenvoy-proxy"));
    adapter.makeService("zenvoy-xds");
    adapter.makeDeployment("zenvoy-proxy", 1);
    adapter.makeDeployment("zenvoy-xds", 1);

    adapter.startSynced();

    assertThat(adapter.events()).containsExactly(new Synced());
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(adapter.warnings("disguise")).hasSize(1));
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(adapter.warnings("zenvoy-xds")).hasSize(1));
  }
}
