package io.zenvoy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Event;
import io.zenvoy.it.kube.Permissions;
import io.zenvoy.it.upstream.Gate;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two control planes that both lose the API server, or their rights, and what they tell. */
class LeaderOutageIT extends TwoControlPlanes {
  private static final Duration AWAY = Duration.ofSeconds(30);
  private static final Duration AFTERWARDS = Duration.ofMinutes(2);
  private static final Duration PATIENT = Duration.ofMinutes(8);
  private static final Map<String, String> WAITS_LONG = Map.of("wake-timeout", "10m");

  @AfterEach
  void restartApiServer() {
    stack.cluster().startApiServer();
  }

  @Test
  void withoutAnApiServerNobodyLeadsAndWhatWaitsIsAnsweredWhenItIsBack() throws Exception {
    workloads.makeAsleep("before", WAITS_LONG);
    workloads.makeAsleep("during", WAITS_LONG);
    Gate gate = new Gate(stack.upstream());
    stack.kubelet().runtime(gate);
    CompletableFuture<HttpResponse<String>> before = getLater("before");
    await().atMost(PATIENCE).until(() -> gate.startedPods() == 1);
    long gone = System.nanoTime();
    stack.cluster().stopApiServer();
    CompletableFuture<HttpResponse<String>> during = getLater("during");

    await().atMost(PATIENCE).pollInterval(OFTEN).until(() -> !leads(first));
    say("without API server", "gave up", gone);
    await("no stream is left").atMost(PATIENCE).until(() -> !isConnected());
    await("nobody leads")
        .during(AWAY)
        .atMost(AWAY.plus(PATIENCE))
        .until(() -> !leads(first) && !leads(second));
    assertThat(isReady(first)).isFalse();
    assertThat(isReady(second)).isFalse();
    assertThat(before).isNotDone();
    assertThat(during).isNotDone();
    stack.cluster().startApiServer();
    gate.open();

    long back = System.nanoTime();
    await().atMost(AFTERWARDS).pollInterval(OFTEN).until(() -> leads(first) != leads(second));
    say("without API server", "is back, one leads", back);
    requireAnsweredAfterwards(before);
    say("without API server", "is back, answered what had waited before", back);
    requireAnsweredAfterwards(during);
    say("without API server", "is back, answered what came meanwhile", back);
    first.awaitReady();
    second.awaitReady();
    assertThat(leads(first)).as("one leads, and not both").isNotEqualTo(leads(second));
  }

  @Test
  void whoMayNotUseTheLeaseIsNotReadyUntilItMay() throws Exception {
    long taken = System.nanoTime();
    Permissions.withholdIn(stack.cluster(), stack.namespace(), stack.serviceAccount(), "leases");

    await().atMost(PATIENCE).until(() -> !isReady(first) && !isReady(second));
    say("without rights", "not ready", taken);
    assertThat(HttpProbe.get(second.adminPort(), "/readyz").body()).contains("HTTP 403");
    assertThat(HttpProbe.answers(first.adminPort(), "/healthz")).isTrue();
    assertThat(HttpProbe.answers(second.adminPort(), "/healthz")).isTrue();
    Permissions.grantIn(stack.cluster(), stack.namespace(), stack.serviceAccount());

    first.awaitReady();
    second.awaitReady();
    requireSleepsAndWakesAgain();
  }

  @Test
  void aBadAnnotationIsToldByTheLeaderAloneAndAgainByTheNextOne() {
    workloads.make("bad", Map.of("replicas", "none"));
    await().atMost(PATIENCE).until(() -> !warnings().isEmpty());
    await("the standby has noticed as well")
        .atMost(PATIENCE)
        .until(() -> second.process().output().contains("annotations are invalid"));
    assertThat(warnings()).hasSize(1);
    assertThat(writesOfSecond(Instant.EPOCH)).isEmpty();
    stack.cluster().client().resourceList(warnings()).delete();

    first.process().kill();

    await().atMost(PATIENCE).until(() -> warnings().size() == 1);
    assertThat(warnings().getFirst().getMessage()).contains("none");
  }

  private CompletableFuture<HttpResponse<String>> getLater(String host) {
    return stack.downstream().getLater(host, "/", PATIENT);
  }

  private static void requireAnsweredAfterwards(CompletableFuture<HttpResponse<String>> answer)
      throws Exception {
    HttpResponse<String> response = answer.get(AFTERWARDS.toSeconds(), TimeUnit.SECONDS);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
  }

  /** Whether the daemon or Envoy is connected to any control plane. */
  private boolean isConnected() throws IOException {
    return metric(stack.tproxy(), "zenvoy_tproxy_xds_connected") == 1
        || stack.envoy().stats("^control_plane.connected_state$").containsValue(1L);
  }

  private List<Event> warnings() {
    return stack.cluster().warnings(stack.namespace(), "bad").stream()
        .filter(event -> event.getReason().equals("InvalidAnnotation"))
        .toList();
  }
}
