package io.zenvoy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.zenvoy.it.Programs.RunningProgram;
import io.zenvoy.it.kube.Partition;
import io.zenvoy.it.kube.Permissions;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Two control planes, one of which leads: whatever happens to it, the other one serves within ten
 * seconds, and a request that waits meanwhile is answered.
 */
class LeaderIT extends TwoControlPlanes {
  /** Less than half of it on an idle machine. */
  private static final Duration RECOVERED = Duration.ofSeconds(20);

  @Test
  void aLeaderThatIsKilledIsReplaced() throws Exception {
    first.process().kill();

    requireServedBy(second, "killed", PROMISED);
    requireSleepsAndWakesAgain();
  }

  @Test
  void aLeaderThatIsFrozenIsReplaced() throws Exception {
    first.process().freeze();
    requireServedBy(second, "frozen", PROMISED);

    first.process().thaw();

    await().atMost(PATIENCE).until(() -> metric(first, "zenvoy_leader") == 0);
    first.awaitReady();
    assertThat(leads(second)).isTrue();
    assertThat(metric(first, "zenvoy_leader_terms_total")).isEqualTo(1);
    requireSleepsAndWakesAgain();
  }

  /** It had a wake to write, which it would try again a moment after it goes on. */
  @Test
  void aLeaderThatWasFrozenWritesNothingMoreWhenItGoesOn() throws Exception {
    workloads.makeAsleep("pending", Map.of("wake-timeout", "10m"));
    Instant began = Instant.now();
    Permissions.withholdIn(
        stack.cluster(), stack.namespace(), stack.serviceAccount(), "deployments/scale");
    CompletableFuture<HttpResponse<String>> answer =
        stack.downstream().getLater("pending", "/", Duration.ofMinutes(8));
    // Attempts are more than a second apart by then, so that none is on its way when it is frozen.
    await().atMost(PATIENCE).pollInterval(OFTEN).until(() -> scales(writesOfFirst(began)) >= 5);
    first.process().freeze();
    await().atMost(PATIENCE).until(() -> scales(writesOfSecond(began)) > 0);

    Instant thawed = Instant.now();
    first.process().thaw();

    await().atMost(PATIENCE).until(() -> metric(first, "zenvoy_leader") == 0);
    first.awaitReady();
    await("the next one tries again and again, for as long as the former would have")
        .atMost(PATIENCE)
        .until(() -> scales(writesOfSecond(thawed)) >= 3);
    Permissions.grantIn(stack.cluster(), stack.namespace(), stack.serviceAccount());
    requireAnswered(answer);
    assertThat(writesOfFirst(thawed))
        .as("it may try to renew the Lease, in vain")
        .allMatch(write -> write.resource().equals("leases") && !write.succeeded());
    assertThat(writesOfSecond(thawed)).anyMatch(write -> write.succeeded());
    requireSleepsAndWakesAgain();
  }

  @Test
  void aLeaderThatIsCutOffGivesUpBeforeItIsReplaced() throws Exception {
    Partition partition = Partition.begin(stack.cluster());
    try {
      long began = System.nanoTime();
      CompletableFuture<HttpResponse<String>> answer = stack.downstream().getLater("held", "/");
      await().atMost(PATIENCE).pollInterval(OFTEN).until(() -> !leads(first));
      say("cut off", "gave up", began);
      assertThat(leads(second)).as("nobody led when the first one had given up").isFalse();
      await().atMost(PATIENCE).pollInterval(OFTEN).until(() -> leads(second));
      say("cut off", "next one leads", began);
      requireAnswered(answer);
      say("cut off", "answered", began);
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(PROMISED);
      await("who could not lead is not ready").atMost(PATIENCE).until(() -> !isReady(first));
      say("cut off", "not ready", began);
      assertThat(HttpProbe.answers(first.adminPort(), "/healthz")).as("it lives").isTrue();
      assertThat(isReady(second)).isTrue();
    } finally {
      partition.close();
    }
    first.awaitReady();
    requireSleepsAndWakesAgain();
    assertThat(leads(first)).isFalse();
  }

  @Test
  void whatWaitsIsServedSoonAfterTheOnlyControlPlaneThatIsLeftIsConnectedAgain() throws Exception {
    second.process().kill();
    CompletableFuture<HttpResponse<String>> answer;
    try (Partition _ = Partition.begin(stack.cluster())) {
      answer = stack.downstream().getLater("held", "/");
      await().atMost(PATIENCE).pollInterval(OFTEN).until(() -> !leads(first));
      await("all four watches are known to be dead")
          .atMost(PATIENCE)
          .until(() -> silences(first) == 4);
    }
    long healed = System.nanoTime();
    await().atMost(PATIENCE).pollInterval(OFTEN).until(() -> leads(first));
    say("connected again", "leads again", healed);
    requireAnswered(answer);
    say("connected again", "answered", healed);
    assertThat(Duration.ofNanos(System.nanoTime() - healed)).isLessThan(RECOVERED);
    requireSleepsAndWakesAgain();
  }

  @Test
  void aLeaderThatIsToldToEndHandsOverAtOnce() throws Exception {
    CompletableFuture<Integer> ended =
        CompletableFuture.supplyAsync(
            () -> first.process().terminate(), task -> Thread.ofVirtual().start(task));

    requireServedBy(second, "told to end", HANDED_OVER);
    ended.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    stack.startXdsServer().awaitReady();
    second.process().terminate();
    requireServedBy(stack.xdsServer(), "told to end, back again", HANDED_OVER);
  }

  @Test
  void clientsFindTheLeaderThroughTheServiceAlthoughSomebodyDeletesTheEndpointSlice()
      throws Exception {
    stack
        .cluster()
        .client()
        .services()
        .inNamespace(stack.namespace())
        .resource(
            new ServiceBuilder()
                .withNewMetadata()
                .withName("zenvoy-xds")
                .endMetadata()
                .withNewSpec()
                .addNewPort()
                .withName("xds")
                .withPort(18_000)
                .withTargetPort(new IntOrString(18_000))
                .endPort()
                .endSpec()
                .build())
        .create();
    var slices =
        stack.cluster().client().discovery().v1().endpointSlices().inNamespace(stack.namespace());
    var slice = slices.withName("zenvoy-xds-leader");
    String before = slice.require().getMetadata().getUid();
    await("a slice that is older than its Service goes with it")
        .atMost(PATIENCE)
        .until(() -> slice.require().getMetadata().getOwnerReferences().size() == 1);
    assertThat(slice.require().getMetadata().getUid()).isEqualTo(before);

    slice.delete();

    await()
        .atMost(PATIENCE)
        .until(() -> slice.get() != null && !slice.get().getMetadata().getUid().equals(before));
    assertThat(slice.require().getEndpoints().getFirst().getAddresses())
        .containsExactly("10.99.251.1");
    assertThat(slice.require().getMetadata().getOwnerReferences())
        .as("it goes with its Service")
        .hasSize(1);
    first.process().kill();
    requireServedBy(second, "killed after the repair", PROMISED);
  }

  private static long silences(RunningProgram program) throws IOException {
    return HttpProbe.get(program.adminPort(), "/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith("zenvoy_kubernetes_silences_total{"))
        .count();
  }
}
