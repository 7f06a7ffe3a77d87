package io.zenvoy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerBuilder;
import io.zenvoy.it.kube.Services;
import io.zenvoy.it.stack.Resetter;
import io.zenvoy.it.upstream.EchoUpstream;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Others scale the same workloads: autoscalers, people, GitOps. Nobody is fought. */
class CoexistenceIT extends OneStack {
  private static final Duration OFTEN = Duration.ofMillis(50);
  private static final Map<String, String> LONG_AWAKE = Map.of("scale-to-zero-after", "5m");

  @Test
  void anAutoscalerScalesWhatIsAwakeAndRestsWhileItSleeps() throws Exception {
    EchoUpstream upstream = EchoUpstream.on(Services.CONTAINER_PORT);
    stack.kubelet().runtime(upstream);
    workloads.makeAsleep("scaled");
    stack.cluster().client().resource(autoscaler("scaled", 2, 4)).create();
    awaitAutoscalerRests("scaled");
    assertThat(workloads.replicas("scaled")).isZero();

    CompletableFuture<HttpResponse<String>> answer = stack.downstream().getLater("scaled", "/hold");
    workloads.awaitReplicas("scaled", 2);
    workloads.scale("scaled", 3); // as it would do by metrics, which nobody has here
    workloads.requireSteady("scaled", 3);
    assertThat(evidence.scaleWrites("scaled")).as("the wake alone").isEqualTo(1);

    upstream.release();
    assertThat(answer.get().statusCode()).isEqualTo(200);
    workloads.awaitAsleep("scaled");
    assertThat(evidence.scaleWrites("scaled")).isEqualTo(2);
    awaitAutoscalerRests("scaled");
    workloads.requireSteady("scaled", 0);
    assertThat(stack.downstream().get("scaled", "/").statusCode()).isEqualTo(200);
  }

  @Test
  void whatAPersonScalesUpIsServedForAWholeWindow() throws Exception {
    Duration window = Duration.ofSeconds(6);
    workloads.makeAsleep("lifted", Map.of("scale-to-zero-after", "6s"));

    long scaled = System.nanoTime();
    workloads.scale("lifted", 2);
    await().atMost(PATIENCE).pollInterval(OFTEN).until(() -> evidence.isIn("awake", "lifted"));
    workloads.awaitReplicas("lifted", 0);
    assertThat(Duration.ofNanos(System.nanoTime() - scaled)).isGreaterThan(window);
    assertThat(evidence.scaleWrites("lifted")).as("the sleep alone").isEqualTo(1);

    await().atMost(PATIENCE).until(() -> evidence.isIn("asleep", "lifted"));
    workloads.scale("lifted", 2);
    await().atMost(PATIENCE).pollInterval(OFTEN).until(() -> evidence.isIn("awake", "lifted"));
    assertThat(stack.downstream().get("lifted", "/").statusCode()).isEqualTo(200);
    assertThat(evidence.wakes("lifted", "ready")).as("nobody had to wait").isZero();
  }

  @Test
  void whatAPersonScalesUpIsNotTakenBackForBeingSlow() {
    stack
        .kubelet()
        .runtime(new EchoUpstream(Services.CONTAINER_PORT, EchoUpstream.Readiness.NEVER));
    workloads.makeAsleep("slow");

    workloads.scale("slow", 1);

    workloads.requireSteady("slow", 1);
    assertThat(evidence.scaleWrites("slow")).isZero();
  }

  @Test
  void whatAPersonScalesToZeroStaysThereUntilTheNextConnection() throws Exception {
    workloads.makeAsleep("stopped", LONG_AWAKE);
    assertThat(stack.downstream().get("stopped", "/").statusCode()).isEqualTo(200);

    workloads.scale("stopped", 0);
    workloads.awaitAsleep("stopped");
    workloads.requireSteady("stopped", 0);
    assertThat(evidence.scaleWrites("stopped")).as("the first wake alone").isEqualTo(1);

    assertThat(stack.downstream().get("stopped", "/").statusCode()).isEqualTo(200);
    assertThat(evidence.scaleWrites("stopped")).isEqualTo(2);
  }

  @Test
  void gitOpsThatScalesUpAfterEachSleepIsAnsweredByOneWriteAWindow() {
    workloads.makeAsleep("declared");

    Resetter gitOps = Resetter.start(workloads, "declared", 1, Duration.ofSeconds(1));
    try (gitOps) {
      await().atMost(PATIENCE).until(() -> gitOps.resets() >= 4);
    }
    workloads.awaitAsleep("declared");

    assertThat(evidence.scaleWrites("declared")).isBetween(3L, (long) gitOps.resets());
    assertThat(evidence.wakes("declared", "ready")).isZero();
  }

  @Test
  void gitOpsThatScalesToZeroWhileInUseIsAnsweredByTheNextUse() throws Exception {
    workloads.makeAsleep("zeroed", LONG_AWAKE);
    assertThat(stack.downstream().get("zeroed", "/").statusCode()).isEqualTo(200);

    Resetter gitOps = Resetter.start(workloads, "zeroed", 0, Duration.ofSeconds(1));
    try (gitOps) {
      while (gitOps.resets() < 4) {
        int before = gitOps.resets();
        await().atMost(PATIENCE).pollInterval(OFTEN).until(() -> gitOps.resets() > before);
        await().atMost(PATIENCE).until(() -> evidence.isIn("asleep", "zeroed"));
        assertThat(stack.downstream().get("zeroed", "/").statusCode()).isEqualTo(200);
      }
    }

    assertThat(evidence.scaleWrites("zeroed")).isBetween(3L, gitOps.resets() + 1L);
  }

  @Test
  void whoeverTakesEachWakeBackAtOnceIsNotAnsweredByAStorm() throws Exception {
    stack
        .kubelet()
        .runtime(new EchoUpstream(Services.CONTAINER_PORT, EchoUpstream.Readiness.NEVER));
    workloads.makeAsleep("fought", Map.of("wake-timeout", "10s"));

    Resetter opponent = Resetter.start(workloads, "fought", 0, Duration.ofMillis(20));
    try (opponent) {
      assertThat(stack.downstream().get("fought", "/").statusCode()).isEqualTo(503);
    }
    assertThat(opponent.resets()).isGreaterThan(1);
    assertThat(evidence.scaleWrites("fought")).isBetween(2L, 12L);
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(evidence.warnings("fought"))
                    .anyMatch(warning -> warning.contains("somebody else sets its replicas back")));

    stack.kubelet().runtime(stack.upstream());
    assertThat(stack.downstream().get("fought", "/").statusCode()).isEqualTo(200);
  }

  private void awaitAutoscalerRests(String name) {
    await("the autoscaler rests")
        .atMost(PATIENCE)
        .until(
            () -> {
              var status =
                  stack
                      .cluster()
                      .client()
                      .autoscaling()
                      .v2()
                      .horizontalPodAutoscalers()
                      .inNamespace(stack.namespace())
                      .withName(name)
                      .require()
                      .getStatus();
              return status != null
                  && status.getConditions().stream()
                      .anyMatch(condition -> "ScalingDisabled".equals(condition.getReason()));
            });
  }

  private HorizontalPodAutoscaler autoscaler(String deployment, int least, int most) {
    return new HorizontalPodAutoscalerBuilder()
        .withNewMetadata()
        .withNamespace(stack.namespace())
        .withName(deployment)
        .endMetadata()
        .withNewSpec()
        .withNewScaleTargetRef("apps/v1", "Deployment", deployment)
        .withMinReplicas(least)
        .withMaxReplicas(most)
        .endSpec()
        .build();
  }
}
