package io.zenvoy.xds.workloads.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ObservationsTest {
  @Test
  void aDeploymentWhosePodsCannotBeMadeHasFailed() {
    ObservedWorkload observed = Observations.deployment(denied(1, null));

    assertThat(observed.failure()).isEqualTo("FailedCreate: pods \"x\" is forbidden: no");
    assertThat(observed.standing())
        .isEqualTo("0 of 1 pods made, 0 ready (see: kubectl -n shop get events)");
  }

  @Test
  void aDeploymentSomeOfWhosePodsCouldBeMadeMayBecomeReady() {
    ObservedWorkload observed = Observations.deployment(denied(3, 2));

    assertThat(observed.failure()).isEmpty();
    assertThat(observed.standing())
        .isEqualTo("2 of 3 pods made, 0 ready (see: kubectl -n shop describe pods -l app=echo)");
  }

  @Test
  void aStatefulSetTellsHowFarItsPodsHaveCome() {
    ObservedWorkload observed =
        Observations.statefulSet(
            new StatefulSetBuilder()
                .withNewMetadata()
                .withNamespace("shop")
                .withName("db")
                .withResourceVersion("7")
                .endMetadata()
                .withNewSpec()
                .withReplicas(2)
                .withNewSelector()
                .withMatchLabels(Map.of("tier", "db", "app", "echo"))
                .endSelector()
                .endSpec()
                .withNewStatus()
                .withReplicas(1)
                .withReadyReplicas(1)
                .endStatus()
                .build());

    assertThat(observed.failure()).isEmpty();
    assertThat(observed.standing())
        .isEqualTo(
            "1 of 2 pods made, 1 ready (see: kubectl -n shop describe pods -l app=echo,tier=db)");
  }

  @Test
  void thereIsNothingToSayOfAWorkloadAtZeroThatHasNoStatusYet() {
    Deployment asleep = denied(0, null);
    asleep.setStatus(null);

    assertThat(Observations.deployment(asleep))
        .satisfies(
            observed -> {
              assertThat(observed.failure()).isEmpty();
              assertThat(observed.standing()).isEmpty();
            });
  }

  private static Deployment denied(int replicas, @Nullable Integer pods) {
    return new DeploymentBuilder()
        .withNewMetadata()
        .withNamespace("shop")
        .withName("echo")
        .withResourceVersion("7")
        .endMetadata()
        .withNewSpec()
        .withReplicas(replicas)
        .withNewSelector()
        .withMatchLabels(Map.of("app", "echo"))
        .endSelector()
        .endSpec()
        .withNewStatus()
        .withReplicas(pods)
        .addNewCondition()
        .withType("ReplicaFailure")
        .withStatus("True")
        .withReason("FailedCreate")
        .withMessage("pods \"x\"\n is forbidden: no")
        .endCondition()
        .endStatus()
        .build();
  }
}
