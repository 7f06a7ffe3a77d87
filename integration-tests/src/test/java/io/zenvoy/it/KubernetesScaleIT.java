package io.zenvoy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.zenvoy.it.kube.Kubelet;
import io.zenvoy.it.kube.NoPods;
import io.zenvoy.xds.model.WorkloadKey;
import io.zenvoy.xds.model.WorkloadKey.Kind;
import io.zenvoy.xds.workloads.ScaleOutcome;
import io.zenvoy.xds.workloads.WorkloadEvent.WorkloadFailed;
import io.zenvoy.xds.workloads.WorkloadEvent.WorkloadObserved;
import io.zenvoy.xds.workloads.WorkloadEvent.WorkloadRecovered;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Scale writes to a real API server. */
@ExtendWith({KubernetesAdapter.PerTest.class, FailureLogs.class})
class KubernetesScaleIT {
  private static final Duration PATIENCE = KubernetesAdapter.PATIENCE;

  private final KubernetesClient client;
  private final KubernetesAdapter adapter;
  private final String namespace;

  KubernetesScaleIT(KubernetesAdapter adapter) {
    this.adapter = adapter;
    this.client = adapter.client();
    this.namespace = adapter.namespace();
  }

  @Test
  void wakesAndSleepsADeployment() {
    adapter.makeService("echo");
    adapter.makeDeployment("echo", 0);
    try (Kubelet _ = adapter.startKubelet()) {
      adapter.startSynced();

      assertThat(adapter.scale(adapter.deployment("echo"), 1)).isEqualTo(new ScaleOutcome.Scaled());

      await().atMost(PATIENCE).until(() -> adapter.readyEndpoints("echo") == 1);
      assertThat(adapter.lastObserved(adapter.deployment("echo")).replicas()).isEqualTo(1);

      await()
          .atMost(PATIENCE)
          .until(
              () -> adapter.scale(adapter.deployment("echo"), 0),
              new ScaleOutcome.Scaled()::equals);
      await().atMost(PATIENCE).until(() -> adapter.readyEndpoints("echo") == 0);
      await()
          .atMost(PATIENCE)
          .until(() -> adapter.lastObserved(adapter.deployment("echo")).replicas() == 0);
    }
  }

  @Test
  void wakesAStatefulSetToTheNumberThatIsAskedFor() {
    adapter.makeService("db");
    adapter.makeStatefulSet("db", 0);
    adapter.startSynced();
    WorkloadKey statefulSet = new WorkloadKey(Kind.STATEFULSET, namespace, "db");

    assertThat(adapter.scale(statefulSet, 3)).isEqualTo(new ScaleOutcome.Scaled());

    assertThat(client.apps().statefulSets().inNamespace(namespace).withName("db").get().getSpec())
        .satisfies(spec -> assertThat(spec.getReplicas()).isEqualTo(3));
  }

  @Test
  void aPersonsChangeIsAConflictAndIsNotUndone() {
    adapter.makeService("echo");
    adapter.makeDeployment("echo", 0);
    adapter.startSynced();
    WorkloadObserved stale = adapter.lastObserved(adapter.deployment("echo"));
    client.apps().deployments().inNamespace(namespace).withName("echo").scale(5);

    ScaleOutcome outcome = adapter.scale(stale, 1);

    assertThat(outcome)
        .isInstanceOfSatisfying(
            ScaleOutcome.Conflict.class,
            conflict -> {
              assertThat(conflict.replicas()).isEqualTo(5);
              assertThat(conflict.version()).isNotEqualTo(stale.version());
            });
    assertThat(adapter.replicas("echo")).isEqualTo(5);
    assertThat(adapter.scale(stale, 5))
        .as("what somebody else has scaled to the same number is not ours")
        .isInstanceOf(ScaleOutcome.Conflict.class);
  }

  @Test
  void anyChangeOfTheWorkloadSinceItWasObservedIsAConflict() {
    adapter.makeService("echo");
    adapter.makeDeployment("echo", 0);
    adapter.startSynced();
    WorkloadObserved stale = adapter.lastObserved(adapter.deployment("echo"));
    client
        .apps()
        .deployments()
        .inNamespace(namespace)
        .withName("echo")
        .edit(
            deployment ->
                deployment.edit().editMetadata().addToLabels("a", "b").endMetadata().build());

    assertThat(adapter.scale(stale, 1))
        .isInstanceOfSatisfying(
            ScaleOutcome.Conflict.class, conflict -> assertThat(conflict.replicas()).isZero());
    assertThat(adapter.replicas("echo")).isZero();
  }

  @Test
  void whatDidNotOptInIsRefusedAndWhatIsGoneIsMissing() {
    adapter.makeForeignService("other");
    adapter.makeDeployment("other", 1);
    adapter.makeService("nothing");
    adapter.startSynced();

    assertThat(adapter.scale(new WorkloadObserved(adapter.deployment("other"), 1, "1"), 0))
        .isInstanceOf(ScaleOutcome.Refused.class);
    assertThat(adapter.replicas("other")).isEqualTo(1);
    assertThat(adapter.scale(new WorkloadObserved(adapter.deployment("nothing"), 0, "1"), 1))
        .isEqualTo(new ScaleOutcome.Missing());
  }

  @Test
  void aQuotaThatForbidsPodsIsAFailureOfTheWorkloadUntilItIsLifted() {
    NoPods quota = NoPods.in(client, namespace);
    adapter.makeService("echo");
    adapter.makeDeployment("echo", 0);
    adapter.startSynced();

    assertThat(adapter.scale(adapter.deployment("echo"), 1)).isEqualTo(new ScaleOutcome.Scaled());

    await()
        .atMost(PATIENCE)
        .until(() -> adapter.events().stream().anyMatch(WorkloadFailed.class::isInstance));
    assertThat(adapter.of(WorkloadFailed.class).toList())
        .singleElement()
        .satisfies(failed -> assertThat(failed.reason()).contains("exceeded quota: no-pods"));

    quota.close();
    await()
        .atMost(PATIENCE)
        .until(() -> adapter.events().stream().anyMatch(WorkloadRecovered.class::isInstance));
  }
}
