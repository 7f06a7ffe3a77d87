package io.zenvoy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.zenvoy.it.envoy.XdsVariant;
import io.zenvoy.it.kube.KubeCluster;
import io.zenvoy.it.kube.SharedKubeCluster;
import io.zenvoy.it.stack.Redirect;
import io.zenvoy.it.stack.StackSettings;
import io.zenvoy.it.stack.Workloads;
import io.zenvoy.it.stack.ZenvoyStack;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What Envoy holds is what the Services say, whatever happened in between. */
@ParameterizedClass(name = "{0}")
@EnumSource
@ExtendWith({SharedKubeCluster.class, FailureLogs.class})
class AdsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final XdsVariant variant;
  private ZenvoyStack stack;
  private Workloads workloads;
  private KubernetesClient client;

  AdsIT(XdsVariant variant) {
    this.variant = variant;
  }

  @BeforeEach
  void startStack(KubeCluster cluster) {
    client = cluster.client();
    stack =
        ZenvoyStack.start(StackSettings.of("AdsIT-" + variant, Redirect.NONE, variant), cluster);
    workloads = new Workloads(stack);
  }

  @AfterEach
  void stopStack() {
    stack.close();
  }

  @Test
  void clustersAndRoutesFollowTheServices() {
    Set<String> expected = new TreeSet<>();
    for (int number = 0; number < 20; number++) {
      workloads.makeService(stack.namespace(), "s" + number, Map.of());
      expected.add("s" + number);
    }
    awaitClusters(expected);

    for (int number = 0; number < 20; number += 2) {
      delete("s" + number);
      expected.remove("s" + number);
    }
    workloads.makeService(stack.namespace(), "late", Map.of("hosts", "late.example.com"));
    expected.add("late");

    awaitClusters(expected);
    workloads.awaitDomain("late.example.com");
    await().atMost(PATIENCE).until(() -> !stack.envoy().domains().contains("s0"));
    assertThat(stack.envoy().domains()).contains("s1", "late");
    assertThat(stack.envoy().refusals()).isEmpty();
  }

  @Test
  void aServiceThatWasDeletedAndMadeAgainIsServedAgain() throws Exception {
    workloads.makeAsleep("back");
    assertThat(stack.downstream().get("back", "/").statusCode()).isEqualTo(200);

    delete("back");
    awaitClusters(Set.of());
    workloads.makeService(stack.namespace(), "back", Map.of());
    workloads.awaitDomain("back");

    assertThat(stack.downstream().get("back", "/").statusCode()).isEqualTo(200);
  }

  @Test
  void whatWasRemovedWhileTheControlPlaneWasAwayVanishesWhenItIsBack() {
    workloads.makeService(stack.namespace(), "stays", Map.of());
    workloads.makeService(stack.namespace(), "goes", Map.of());
    awaitClusters(Set.of("stays", "goes"));

    stack.xdsServer().process().kill();
    delete("goes");
    workloads.makeService(stack.namespace(), "comes", Map.of());
    assertThat(stack.envoy().clusters()).as("kept meanwhile").containsExactly("goes", "stays");
    stack.startXdsServer().awaitReady();

    awaitClusters(Set.of("stays", "comes"));
    workloads.awaitDomain("comes");
    assertThat(stack.envoy().domains()).doesNotContain("goes");
  }

  @Test
  void anAwakeClusterHasItsPodsAndBehindThemTheSlot() throws Exception {
    workloads.makeAsleep("awake");
    String slot = stack.envoy().endpoints("awake").keySet().iterator().next();
    assertThat(stack.downstream().get("awake", "/").statusCode()).isEqualTo(200);

    await().atMost(PATIENCE).until(() -> stack.envoy().endpoints("awake").size() == 2);

    assertThat(stack.envoy().endpoints("awake")).containsEntry(slot, 1).containsValue(0);
    assertThat(stack.envoy().clusterVersion("awake")).isPresent();
  }

  private void awaitClusters(Set<String> expected) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertThat(stack.envoy().clusters()).containsExactlyElementsOf(sorted(expected)));
  }

  private static Set<String> sorted(Set<String> names) {
    return new TreeSet<>(names);
  }

  private void delete(String service) {
    client.services().inNamespace(stack.namespace()).withName(service).delete();
  }
}
