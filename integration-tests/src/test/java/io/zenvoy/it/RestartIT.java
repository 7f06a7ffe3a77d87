package io.zenvoy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zenvoy.it.envoy.XdsVariant;
import io.zenvoy.it.kube.Container;
import io.zenvoy.it.kube.KubeCluster;
import io.zenvoy.it.kube.SharedKubeCluster;
import io.zenvoy.it.stack.Redirect;
import io.zenvoy.it.stack.StackSettings;
import io.zenvoy.it.stack.Workloads;
import io.zenvoy.it.stack.ZenvoyStack;
import io.zenvoy.it.upstream.Gate;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/** A request that waits is answered although something that it waits for is restarted. */
@ParameterizedClass(name = "{0}, {1}")
@CsvSource({"IPTABLES, DELTA", "NONE, STATE_OF_THE_WORLD"})
@ExtendWith({SharedKubeCluster.class, FailureLogs.class})
class RestartIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final StackSettings settings;
  private ZenvoyStack stack;
  private Workloads workloads;

  RestartIT(Redirect redirect, XdsVariant variant) {
    settings = StackSettings.of("RestartIT-" + redirect.command(), redirect, variant);
  }

  @BeforeEach
  void startStack(KubeCluster cluster) {
    stack = ZenvoyStack.start(settings, cluster);
    workloads = new Workloads(stack);
  }

  @AfterEach
  void stopStack() {
    stack.cluster().startApiServer();
    stack.close();
  }

  @Test
  void aRequestDuringTheControlPlanesAbsenceIsAnsweredWhenItIsBack() throws Exception {
    workloads.makeAsleep("patient");
    stack.xdsServer().process().kill();

    CompletableFuture<HttpResponse<String>> answer = stack.downstream().getLater("patient", "/");
    awaitActiveRequest("patient");
    stack.startXdsServer();

    requireAnswered(answer);
  }

  @Test
  void anAwakeServiceIsServedWithoutTheControlPlane() throws Exception {
    workloads.makeAsleep("awake");
    assertThat(stack.downstream().get("awake", "/").statusCode()).isEqualTo(200);

    stack.xdsServer().process().kill();
    for (int number = 0; number < 20; number++) {
      assertThat(stack.downstream().get("awake", "/" + number).statusCode()).isEqualTo(200);
    }
    stack.startXdsServer().awaitReady();

    workloads.awaitAsleep("awake");
    assertThat(stack.downstream().get("awake", "/").statusCode()).isEqualTo(200);
  }

  @Test
  void aRequestThatWaitsIsAnsweredByADaemonThatWasToldToEnd() throws Exception {
    CompletableFuture<Void> ready = new CompletableFuture<>();
    stack
        .kubelet()
        .runtime((pod, address) -> new Unready(stack.upstream().start(pod, address), ready));
    workloads.makeAsleep("moved");
    CompletableFuture<HttpResponse<String>> answer = stack.downstream().getLater("moved", "/");
    awaitActiveRequest("moved");

    CompletableFuture<Integer> ended =
        CompletableFuture.supplyAsync(
            () -> stack.tproxy().process().terminate(), task -> Thread.ofVirtual().start(task));
    ready.complete(null);

    requireAnswered(answer);
    ended.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    stack.startTproxy();
    requireAnswered(stack.downstream().getLater("moved", "/again"));
  }

  @Test
  void whatComesAfterTheDaemonWasKilledIsServed() throws Exception {
    workloads.makeAsleep("next");

    stack.tproxy().process().kill();
    CompletableFuture<HttpResponse<String>> answer = stack.downstream().getLater("next", "/");
    stack.startTproxy();

    requireAnswered(answer);
  }

  @Test
  void aSafeRequestIsAnsweredAlthoughTheDaemonThatHeldItWasKilled() throws Exception {
    Gate gate = new Gate(stack.upstream());
    stack.kubelet().runtime(gate);
    workloads.makeAsleep("held");
    CompletableFuture<HttpResponse<String>> answer = stack.downstream().getLater("held", "/");
    awaitActiveRequest("held");
    workloads.awaitReplicas("held", 1);

    stack.tproxy().process().kill();
    stack.startTproxy();
    gate.open();

    requireAnswered(answer);
  }

  @Test
  void aRequestDuringTheApiServersAbsenceIsAnsweredWhenItIsBack() throws Exception {
    workloads.makeAsleep("stuck");
    stack.cluster().stopApiServer();

    CompletableFuture<HttpResponse<String>> answer = stack.downstream().getLater("stuck", "/");
    awaitActiveRequest("stuck");
    stack.cluster().startApiServer();

    requireAnswered(answer);
  }

  private void awaitActiveRequest(String cluster) {
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                stack
                    .envoy()
                    .stats("^cluster\\." + cluster + "\\.upstream_rq_active$")
                    .containsValue(1L));
  }

  private static void requireAnswered(CompletableFuture<HttpResponse<String>> answer)
      throws Exception {
    HttpResponse<String> response = answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
  }

  /** A container whose pod is not called ready before the test says so. */
  private record Unready(Container container, CompletableFuture<Void> ready) implements Container {
    @Override
    public void close() {
      container.close();
    }
  }
}
