package io.zenvoy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zenvoy.it.envoy.XdsVariant;
import io.zenvoy.it.kube.KubeCluster;
import io.zenvoy.it.kube.SharedKubeCluster;
import io.zenvoy.it.stack.Evidence;
import io.zenvoy.it.stack.Redirect;
import io.zenvoy.it.stack.StackSettings;
import io.zenvoy.it.stack.Workloads;
import io.zenvoy.it.stack.ZenvoyStack;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Everything is decided, logged and counted, and nothing is scaled. */
@ExtendWith({SharedKubeCluster.class, FailureLogs.class})
class DryRunIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final StackSettings SETTINGS =
      StackSettings.of("DryRunIT", Redirect.NONE, XdsVariant.DELTA);

  @Test
  void whatWouldSleepAndWakeIsToldAndCountedAndNoScaleIsEverWritten(KubeCluster cluster)
      throws Exception {
    try (ZenvoyStack stack = ZenvoyStack.start(SETTINGS.with("DRY_RUN", "true"), cluster)) {
      Workloads workloads = new Workloads(stack);
      Evidence evidence = new Evidence(stack);
      workloads.makeAwake("idle", 2, Map.of());
      workloads.makeAsleep("zero");

      await().atMost(PATIENCE).until(() -> evidence.sleeps("idle", "dry_run") == 1);
      await().atMost(PATIENCE).until(() -> saved(evidence, "idle") > 0);
      double saved = saved(evidence, "idle");
      await().atMost(PATIENCE).until(() -> saved(evidence, "idle") > saved);

      assertThat(stack.downstream().get("idle", "/").statusCode()).isEqualTo(200);
      await().atMost(PATIENCE).until(() -> evidence.wakes("idle", "dry_run") == 1);
      await().atMost(PATIENCE).until(() -> evidence.sleeps("idle", "dry_run") == 2);
      assertThat(evidence.logged("idle"))
          .anyMatch(line -> line.contains("would go to sleep (dry run)"))
          .anyMatch(line -> line.contains("would have been woken (dry run)"));

      var refused = stack.downstream().get("zero", "/");
      assertThat(refused.statusCode())
          .as("nobody wakes it, and its clients need not wait")
          .isEqualTo(503);
      assertThat(refused.body()).asString().contains("dry run: nothing is scaled");
      await().atMost(PATIENCE).until(() -> evidence.wakes("zero", "dry_run") == 1);

      assertThat(workloads.replicas("idle")).isEqualTo(2);
      assertThat(workloads.replicas("zero")).isZero();
      assertThat(evidence.scaleWrites("idle") + evidence.scaleWrites("zero")).isZero();
      assertThat(evidence.metric("zenvoy_kubernetes_requests_total", "operation=\"scale\""))
          .isZero();
    }
  }

  @Test
  void aServiceThatIsOnlyWatchedLeavesTheOthersAlone(KubeCluster cluster) throws Exception {
    try (ZenvoyStack stack = ZenvoyStack.start(SETTINGS, cluster)) {
      Workloads workloads = new Workloads(stack);
      Evidence evidence = new Evidence(stack);
      workloads.makeAwake("watched", 1, Map.of("dry-run", "true"));
      workloads.makeAsleep("other");

      assertThat(stack.downstream().get("other", "/").statusCode()).isEqualTo(200);
      workloads.awaitAsleep("other");
      await().atMost(PATIENCE).until(() -> evidence.sleeps("watched", "dry_run") == 1);

      workloads.requireSteady("watched", 1);
      assertThat(evidence.scaleWrites("watched")).isZero();
      assertThat(saved(evidence, "other")).isZero();
    }
  }

  private static double saved(Evidence evidence, String service) {
    return evidence.metric(
        "zenvoy_dry_run_saved_replica_hours_total", "service=\"" + service + "\"");
  }
}
