package io.zenvoy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.zenvoy.it.kube.Services;
import io.zenvoy.it.upstream.EchoUpstream;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Which workloads zenvoy scales, and which it leaves alone. */
class WorkloadsIT extends OneStack {
  private KubernetesClient client;

  @BeforeAll
  void findClient() {
    client = stack.cluster().client();
  }

  @Test
  void aStatefulSetWakesAndSleeps() throws Exception {
    client.resource(Services.statefulSet(stack.namespace(), "state", 0)).create();
    workloads.makeService(stack.namespace(), "state", Map.of());
    workloads.awaitDomain("state");

    assertThat(stack.downstream().get("state", "/").headers().firstValue("x-pod"))
        .contains("state-0");
    await().atMost(PATIENCE).until(() -> statefulSet("state").getSpec().getReplicas() == 0);
    assertThat(stack.downstream().get("state", "/").statusCode()).isEqualTo(200);
  }

  @Test
  void aDeploymentThatDidNotOptInIsNeverTouched() throws Exception {
    client.resource(Services.service(stack.namespace(), "own", Map.of())).create();
    client.resource(Services.deployment(stack.namespace(), "own", 1)).create();
    client
        .resource(
            Services.service(stack.namespace(), "refused", Map.of("zenvoy.io/enabled", "false")))
        .create();
    client.resource(Services.deployment(stack.namespace(), "refused", 2)).create();

    workloads.requireSteady("own", 1);
    assertThat(workloads.replicas("refused")).isEqualTo(2);
    assertThat(stack.downstream().get("own", "/").statusCode()).isEqualTo(404);
  }

  @Test
  void whoeverOptsOutIsLeftAloneFromThenOn() throws Exception {
    workloads.makeAsleep("former");
    assertThat(stack.downstream().get("former", "/").statusCode()).isEqualTo(200);
    client
        .services()
        .inNamespace(stack.namespace())
        .withName("former")
        .edit(
            service -> {
              service.getMetadata().getAnnotations().remove("zenvoy.io/enabled");
              return service;
            });

    await().atMost(PATIENCE).until(() -> !stack.envoy().clusters().contains("former"));
    int replicas = workloads.replicas("former");
    workloads.requireSteady("former", replicas);
    assertThat(stack.downstream().get("former", "/").statusCode()).isEqualTo(404);
  }

  @Test
  void anotherTargetAndMoreReplicasCanBeNamed() throws Exception {
    client.resource(Services.deployment(stack.namespace(), "blue", 0)).create();
    workloads.makeService(
        stack.namespace(), "green", Map.of("target", "deployment/blue", "replicas", "2"));
    workloads.awaitDomain("green");

    // The Service selects the pods of its own name, so nobody answers; what counts is the scale.
    assertThat(stack.downstream().getLater("green", "/")).isNotDone();
    workloads.awaitReplicas("blue", 2);
  }

  @Test
  void twoServicesOfOneWorkloadSleepTogetherOrNotAtAllAndEitherWakesIt() throws Exception {
    client.resource(Services.deployment(stack.namespace(), "shared", 0)).create();
    for (String name : List.of("front", "back")) {
      client
          .resource(
              Services.service(
                  stack.namespace(),
                  name,
                  "shared",
                  Map.of("zenvoy.io/enabled", "true", "zenvoy.io/target", "deployment/shared")))
          .create();
      workloads.awaitDomain(name);
    }

    for (String name : List.of("front", "back")) {
      EchoUpstream upstream = EchoUpstream.on(Services.CONTAINER_PORT);
      stack.kubelet().runtime(upstream);
      var answer = stack.downstream().getLater(name, "/hold");
      workloads.awaitReplicas("shared", 1);
      workloads.requireSteady("shared", 1);
      assertThat(evidence.isIn("awake", "front") && evidence.isIn("awake", "back")).isTrue();

      upstream.release();
      assertThat(answer.get().statusCode()).isEqualTo(200);
      workloads.awaitAsleep("shared");
      await()
          .atMost(PATIENCE)
          .until(() -> evidence.isIn("asleep", "front") && evidence.isIn("asleep", "back"));
    }
    assertThat(evidence.scaleWrites("shared")).as("up and down, twice").isEqualTo(4);
    stack.kubelet().runtime(stack.upstream());
  }

  private StatefulSet statefulSet(String name) {
    return client.apps().statefulSets().inNamespace(stack.namespace()).withName(name).require();
  }
}
