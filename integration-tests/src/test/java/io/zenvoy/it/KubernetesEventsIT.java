package io.zenvoy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zenvoy.it.kube.Permissions;
import io.zenvoy.xds.workloads.WorkloadEvent.Synced;
import io.zenvoy.xds.workloads.kubernetes.KubernetesWorkloads;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Kubernetes Events of Services reach a real API server, also when it is away. */
@ExtendWith({KubernetesAdapter.PerTest.class, FailureLogs.class})
class KubernetesEventsIT {
  private static final Duration PATIENCE = KubernetesAdapter.PATIENCE;
  private static final int MANY = 20;

  @Test
  void whatHappensWhileTheApiServerIsAwayIsWrittenWhenItIsBack(KubernetesAdapter adapter) {
    adapter.makeService("echo");
    Permissions.grantIn(adapter.cluster(), adapter.namespace(), "zenvoy");
    KubernetesWorkloads workloads =
        adapter.start(adapter.cluster().kubeconfigFor(adapter.namespace(), "zenvoy"));
    await().atMost(PATIENCE).until(() -> adapter.events().contains(new Synced()));
    Instant happened = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    adapter.cluster().stopApiServer();
    try {
      for (int number = 0; number < MANY; number++) {
        workloads
            .recorder()
            .warning(adapter.service("echo"), "WakeFailed", "no endpoint, number " + number);
      }
      await("the first attempt has failed")
          .atMost(PATIENCE)
          .until(
              () ->
                  adapter
                          .registry()
                          .find("zenvoy_kubernetes_requests")
                          .tags("operation", "event", "outcome", "unanswered")
                          .counter()
                      != null);
    } finally {
      adapter.cluster().startApiServer();
    }

    await().atMost(PATIENCE).until(() -> adapter.warnings("echo").size() == MANY);

    assertThat(adapter.warnings("echo"))
        .allSatisfy(
            event ->
                assertThat(Instant.parse(event.getFirstTimestamp()))
                    .isBetween(happened, happened.plusSeconds(60)));
    assertThat(adapter.gauge("zenvoy_kubernetes_events_dropped")).hasValue(0.0);
  }
}
