package io.zenvoy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.zenvoy.it.kube.NoPods;
import io.zenvoy.it.kube.Services;
import io.zenvoy.it.upstream.EchoUpstream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Wakes that can't succeed have a verdict that says why, and the next connection tries anew. */
class VerdictIT extends OneStack {
  /** Far less than the time that a wake is given, far more than a verdict takes. */
  private static final Duration AT_ONCE = Duration.ofSeconds(30);

  private static final Map<String, String> PATIENT = Map.of("wake-timeout", "80s");

  private KubernetesClient client;

  @BeforeAll
  void findClient() {
    client = stack.cluster().client();
  }

  @Test
  void aQuotaThatForbidsPodsIsSaidAtOnceAndOnceItIsLiftedTheNextConnectionIsServed()
      throws Exception {
    workloads.makeAsleep("denied", PATIENT);

    try (NoPods _ = NoPods.in(client, stack.namespace())) {
      requireFails("denied", Duration.ZERO, AT_ONCE);
      assertThat(evidence.wakes("denied", "failed")).isEqualTo(1);
      assertThat(evidence.logged("denied"))
          .anyMatch(
              line -> line.contains("wake failed") && line.contains("exceeded quota: no-pods"));
      awaitWarning("denied", "WakeFailed: waking deployment/", "exceeded quota: no-pods");

      requireFails("denied", Duration.ZERO, AT_ONCE);
      assertThat(evidence.wakes("denied", "failed")).isEqualTo(2);
      assertThat(evidence.scaleWrites("denied")).isBetween(2L, 4L);
    }

    assertThat(stack.downstream().get("denied", "/").statusCode()).isEqualTo(200);
  }

  @Test
  void aStatefulSetThatMayHaveNoPodsIsGivenUpAtTheDeadlineWhichSaysWhereToLook() throws Exception {
    client.resource(Services.statefulSet(stack.namespace(), "state", 0)).create();
    workloads.makeService(stack.namespace(), "state", Map.of("wake-timeout", "3s"));
    workloads.awaitDomain("state");

    try (NoPods _ = NoPods.in(client, stack.namespace())) {
      requireFails("state", Duration.ofSeconds(2), AT_ONCE);
      awaitWarning(
          "state",
          "not ready after 3s: 0 of 1 pods made, 0 ready",
          "kubectl -n " + stack.namespace() + " get events");
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  client
                          .apps()
                          .statefulSets()
                          .inNamespace(stack.namespace())
                          .withName("state")
                          .require()
                          .getSpec()
                          .getReplicas()
                      == 0);
    }

    awaitServed("state");
  }

  @Test
  void aPodThatNeverBecomesReadyIsGivenUpAtTheDeadlineAndItsWorkloadGoesBackToZero()
      throws Exception {
    stack
        .kubelet()
        .runtime(new EchoUpstream(Services.CONTAINER_PORT, EchoUpstream.Readiness.NEVER));
    workloads.makeAsleep("unready", Map.of("wake-timeout", "3s"));

    requireFails("unready", Duration.ofSeconds(2), AT_ONCE);

    awaitWarning(
        "unready",
        "not ready after 3s: 1 of 1 pods made, 0 ready",
        "kubectl -n " + stack.namespace() + " describe pods -l app=unready");
    assertThat(evidence.wakes("unready", "timeout")).isEqualTo(1);
    workloads.awaitAsleep("unready");
    assertThat(evidence.scaleWrites("unready")).isEqualTo(2);
    workloads.requireSteady("unready", 0);

    stack.kubelet().runtime(stack.upstream());
    assertThat(stack.downstream().get("unready", "/").statusCode()).isEqualTo(200);
  }

  @Test
  void aWorkloadThatDoesNotExistIsSaidAtOnceAndWokenOnceItDoes() throws Exception {
    workloads.makeService(stack.namespace(), "missing", PATIENT);
    workloads.awaitDomain("missing");

    requireFails("missing", Duration.ZERO, AT_ONCE);

    awaitWarning("missing", "WakeFailed: waking deployment/", "/missing does not exist");
    assertThat(evidence.wakes("missing", "failed")).isEqualTo(1);
    assertThat(evidence.scaleWrites("missing")).isZero();

    client.resource(Services.deployment(stack.namespace(), "missing", 0)).create();
    awaitServed("missing");
    assertThat(evidence.scaleWrites("missing")).isEqualTo(1);
  }

  @Test
  void whoIsParkedForAServiceThatIsDeletedIsAnsweredAtOnce() throws Exception {
    stack
        .kubelet()
        .runtime(new EchoUpstream(Services.CONTAINER_PORT, EchoUpstream.Readiness.NEVER));
    workloads.makeAsleep("deleted", PATIENT);
    List<CompletableFuture<HttpResponse<String>>> answers =
        IntStream.range(0, 5)
            .mapToObj(number -> stack.downstream().getLater("deleted", "/" + number))
            .toList();
    workloads.awaitReplicas("deleted", 1);
    assertThat(answers).noneMatch(CompletableFuture::isDone);

    client.services().inNamespace(stack.namespace()).withName("deleted").delete();

    for (CompletableFuture<HttpResponse<String>> answer : answers) {
      assertThat(answer.get(AT_ONCE.toSeconds(), TimeUnit.SECONDS).statusCode()).isEqualTo(503);
    }
    await()
        .atMost(PATIENCE)
        .until(() -> stack.downstream().get("deleted", "/").statusCode() == 404);
  }

  @Test
  void aHundredConnectionsAreWokenByOneCall() {
    workloads.makeAsleep("crowd", Map.of("scale-to-zero-after", "5m"));
    double before = evidence.metric("zenvoy_kubernetes_requests_total", "operation=\"scale\"");

    List<CompletableFuture<HttpResponse<String>>> answers =
        IntStream.range(0, 100)
            .mapToObj(number -> stack.downstream().getLater("crowd", "/" + number))
            .toList();

    assertThat(answers).allSatisfy(answer -> assertThat(answer.get().statusCode()).isEqualTo(200));
    assertThat(evidence.scaleWrites("crowd")).isEqualTo(1);
    assertThat(evidence.metric("zenvoy_kubernetes_requests_total", "operation=\"scale\""))
        .isGreaterThan(before);
  }

  private void requireFails(String service, Duration least, Duration most) throws IOException {
    long begun = System.nanoTime();
    HttpResponse<String> answer = stack.downstream().get(service, "/");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isBetween(least, most);
  }

  /** The control plane may hear of a change a little later than we have made it. */
  private void awaitServed(String service) {
    await().atMost(PATIENCE).until(() -> stack.downstream().get(service, "/").statusCode() == 200);
  }

  private void awaitWarning(String service, String... parts) {
    await("an Event of " + service)
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(evidence.warnings(service))
                    .anySatisfy(warning -> assertThat(warning).contains(parts)));
  }
}
