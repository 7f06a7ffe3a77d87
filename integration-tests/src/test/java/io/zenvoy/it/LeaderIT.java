package io.zenvoy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.zenvoy.it.Programs.RunningProgram;
import io.zenvoy.it.envoy.XdsVariant;
import io.zenvoy.it.kube.KubeCluster;
import io.zenvoy.it.kube.Partition;
import io.zenvoy.it.kube.SharedKubeCluster;
import io.zenvoy.it.stack.Redirect;
import io.zenvoy.it.stack.StackSettings;
import io.zenvoy.it.stack.Workloads;
import io.zenvoy.it.stack.ZenvoyStack;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Two control planes, one of which leads: whatever happens to it, the other one serves within ten
 * seconds, and a request that waits meanwhile is answered.
 */
@ExtendWith({SharedKubeCluster.class, FailureLogs.class})
class LeaderIT {
  private static final Logger LOG = LoggerFactory.getLogger(LeaderIT.class);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration OFTEN = Duration.ofMillis(20);
  private static final Duration PROMISED = Duration.ofSeconds(10);

  /** To be asked again by clients that back off, and the wake itself, take most of it. */
  private static final Duration HANDED_OVER = Duration.ofSeconds(5);

  /** Less than half of it on an idle machine. */
  private static final Duration RECOVERED = Duration.ofSeconds(20);

  private ZenvoyStack stack;
  private Workloads workloads;
  private RunningProgram first;
  private RunningProgram second;

  @BeforeEach
  void startBoth(KubeCluster cluster) throws IOException {
    stack =
        ZenvoyStack.start(
            StackSettings.of("LeaderIT", Redirect.NONE, XdsVariant.DELTA).withElection(), cluster);
    workloads = new Workloads(stack);
    first = stack.xdsServer();
    second = stack.startStandby().awaitReady();
    workloads.makeAsleep("held");
    assertThat(leads(first)).isTrue();
    assertThat(leads(second)).as("a standby is ready, but does not lead").isFalse();
  }

  @AfterEach
  void stop() {
    stack.close();
  }

  @Test
  void aLeaderThatIsKilledIsReplaced() throws Exception {
    first.process().kill();

    requireServedBy(second, "killed", PROMISED);
    requireSleepsAndWakesAgain();
  }

  @Test
  void aLeaderThatIsFrozenIsReplacedAndDoesNothingWhenItGoesOn() throws Exception {
    first.process().freeze();
    requireServedBy(second, "frozen", PROMISED);

    int written = scales();
    first.process().thaw();

    await().atMost(PATIENCE).until(() -> metric(first, "zenvoy_leader") == 0);
    first.awaitReady();
    assertThat(leads(second)).isTrue();
    assertThat(metric(first, "zenvoy_leader_terms_total")).isEqualTo(1);
    assertThat(scales()).isEqualTo(written);
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
    } finally {
      partition.close();
    }
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

  /** A cold request is sent now; it is answered in time, by the one that leads then. */
  private void requireServedBy(RunningProgram next, String what, Duration limit) throws Exception {
    long began = System.nanoTime();
    CompletableFuture<HttpResponse<String>> answer = stack.downstream().getLater("held", "/");
    await().atMost(PATIENCE).pollInterval(OFTEN).until(() -> leads(next));
    say(what, "next one leads", began);
    requireAnswered(answer);
    say(what, "answered", began);
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(limit);
  }

  private void requireSleepsAndWakesAgain() throws Exception {
    workloads.awaitAsleep("held");
    assertThat(stack.downstream().get("held", "/again").statusCode()).isEqualTo(200);
  }

  private static void requireAnswered(CompletableFuture<HttpResponse<String>> answer)
      throws Exception {
    HttpResponse<String> response = answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
  }

  /** How many scale writes the first one has sent. */
  private int scales() throws IOException {
    return (int) first.process().output().lines().filter(line -> line.contains("waking")).count();
  }

  private static boolean leads(RunningProgram program) throws IOException {
    return metric(program, "zenvoy_leader") == 1;
  }

  private static double metric(RunningProgram program, String name) throws IOException {
    Map<String, Double> values = new TreeMap<>();
    HttpProbe.get(program.adminPort(), "/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .forEach(line -> values.put(name, Double.parseDouble(line.substring(name.length()))));
    return values.getOrDefault(name, Double.NaN);
  }

  private static long silences(RunningProgram program) throws IOException {
    return HttpProbe.get(program.adminPort(), "/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith("zenvoy_kubernetes_silences_total{"))
        .count();
  }

  private static void say(String what, String event, long began) {
    LOG.info("leader {}: {} after {} ms", what, event, (System.nanoTime() - began) / 1_000_000);
  }
}
