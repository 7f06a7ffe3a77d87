package io.zenvoy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zenvoy.it.envoy.XdsVariant;
import io.zenvoy.it.kube.KubeCluster;
import io.zenvoy.it.kube.Kubelet;
import io.zenvoy.it.kube.Services;
import io.zenvoy.it.kube.SharedKubeCluster;
import io.zenvoy.it.stack.Redirect;
import io.zenvoy.it.stack.StackSettings;
import io.zenvoy.it.stack.Workloads;
import io.zenvoy.it.stack.ZenvoyStack;
import io.zenvoy.it.upstream.EchoUpstream;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Services outside of the home namespace: by their full names alone. */
@ExtendWith({SharedKubeCluster.class, FailureLogs.class})
class NamespacesIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final KubeCluster cluster;
  private final String other;

  NamespacesIT(KubeCluster cluster) {
    this.cluster = cluster;
    other = cluster.newNamespace();
  }

  @Test
  void everyNamespaceIsServed() throws Exception {
    wakeInAnotherNamespace("*");
  }

  @Test
  void aNamespaceThatIsNamedSecondIsServed() throws Exception {
    wakeInAnotherNamespace(StackSettings.HOME + "," + other);
  }

  private void wakeInAnotherNamespace(String namespaces) throws Exception {
    StackSettings settings =
        StackSettings.of("NamespacesIT", Redirect.NONE, XdsVariant.DELTA)
            .withNamespaces(namespaces);
    EchoUpstream upstream = EchoUpstream.on(Services.CONTAINER_PORT);
    try (ZenvoyStack stack = ZenvoyStack.start(settings, cluster);
        Kubelet kubelet = new Kubelet(cluster, other, upstream)) {
      kubelet.start();
      Workloads workloads = new Workloads(stack);
      cluster.client().resource(Services.deployment(other, "far", 0)).create();
      workloads.makeService(other, "far", Map.of());
      workloads.awaitDomain("far." + other);

      assertThat(stack.downstream().get("far." + other, "/").statusCode()).isEqualTo(200);
      assertThat(stack.downstream().get("far", "/").statusCode()).isEqualTo(404);
      assertThat(stack.envoy().clusters()).contains(other + "/far");
      await().atMost(PATIENCE).until(() -> workloads.replicas(other, "far") == 0);
    }
  }
}
