package io.zenvoy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zenvoy.it.Programs.RunningProgram;
import io.zenvoy.it.envoy.XdsVariant;
import io.zenvoy.it.kube.AuditLog.Request;
import io.zenvoy.it.kube.KubeCluster;
import io.zenvoy.it.kube.SharedKubeCluster;
import io.zenvoy.it.stack.Redirect;
import io.zenvoy.it.stack.StackSettings;
import io.zenvoy.it.stack.Workloads;
import io.zenvoy.it.stack.ZenvoyStack;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Two control planes, the first of which leads, and a sleeping service "held". They have one
 * ServiceAccount, but reach the API server by different addresses.
 */
@ExtendWith({SharedKubeCluster.class, FailureLogs.class})
abstract class TwoControlPlanes {
  static final Duration PATIENCE = Duration.ofSeconds(60);
  static final Duration OFTEN = Duration.ofMillis(20);
  static final Duration PROMISED = Duration.ofSeconds(10);

  /** To be asked again by clients that back off, and the wake itself, take most of it. */
  static final Duration HANDED_OVER = Duration.ofSeconds(5);

  /** Where the first one's requests come from: it has the severable kubeconfig. */
  private static final String FIRST_SOURCE = "127.0.0.1";

  private static final Logger LOG = LoggerFactory.getLogger(TwoControlPlanes.class);

  ZenvoyStack stack;
  Workloads workloads;
  RunningProgram first;
  RunningProgram second;

  @BeforeEach
  void startBoth(KubeCluster cluster) throws IOException {
    stack =
        ZenvoyStack.start(
            StackSettings.of(getClass().getSimpleName(), Redirect.NONE, XdsVariant.DELTA)
                .withElection(),
            cluster);
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

  /** A cold request is sent now; it is answered in time, by the one that leads then. */
  final void requireServedBy(RunningProgram next, String what, Duration limit) throws Exception {
    long began = System.nanoTime();
    CompletableFuture<HttpResponse<String>> answer = stack.downstream().getLater("held", "/");
    await().atMost(PATIENCE).pollInterval(OFTEN).until(() -> leads(next));
    say(what, "next one leads", began);
    requireAnswered(answer);
    say(what, "answered", began);
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(limit);
  }

  final void requireSleepsAndWakesAgain() throws Exception {
    workloads.awaitAsleep("held");
    assertThat(stack.downstream().get("held", "/again").statusCode()).isEqualTo(200);
  }

  static void requireAnswered(CompletableFuture<HttpResponse<String>> answer) throws Exception {
    HttpResponse<String> response = answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
  }

  /** What the first one has asked the API server to write. */
  final List<Request> writesOfFirst(Instant since) {
    return writes(since).stream().filter(write -> write.source().equals(FIRST_SOURCE)).toList();
  }

  /** The same of the second one. */
  final List<Request> writesOfSecond(Instant since) {
    return writes(since).stream().filter(write -> !write.source().equals(FIRST_SOURCE)).toList();
  }

  private List<Request> writes(Instant since) {
    return stack.cluster().audit().writesOf(stack.namespace(), since);
  }

  /** How many of them were to scale a Deployment, whether they were carried out or not. */
  static long scales(List<Request> writes) {
    return writes.stream().filter(write -> write.resource().equals("deployments/scale")).count();
  }

  static boolean isReady(RunningProgram program) {
    return HttpProbe.answers(program.adminPort(), "/readyz");
  }

  static boolean leads(RunningProgram program) throws IOException {
    return metric(program, "zenvoy_leader") == 1;
  }

  static double metric(RunningProgram program, String name) throws IOException {
    Map<String, Double> values = new TreeMap<>();
    HttpProbe.get(program.adminPort(), "/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .forEach(line -> values.put(name, Double.parseDouble(line.substring(name.length()))));
    return values.getOrDefault(name, Double.NaN);
  }

  static void say(String what, String event, long began) {
    LOG.info("leader {}: {} after {} ms", what, event, (System.nanoTime() - began) / 1_000_000);
  }
}
