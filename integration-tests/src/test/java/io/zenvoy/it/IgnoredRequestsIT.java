package io.zenvoy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zenvoy.it.downstream.Prober;
import io.zenvoy.it.envoy.XdsVariant;
import io.zenvoy.it.kube.KubeCluster;
import io.zenvoy.it.kube.Services;
import io.zenvoy.it.kube.SharedKubeCluster;
import io.zenvoy.it.stack.Redirect;
import io.zenvoy.it.stack.StackSettings;
import io.zenvoy.it.stack.Workloads;
import io.zenvoy.it.stack.ZenvoyStack;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Probes are answered in every phase and have no part in any. */
@ParameterizedClass(name = "{0}")
@EnumSource(XdsVariant.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith({SharedKubeCluster.class, FailureLogs.class})
class IgnoredRequestsIT {
  private static final String KUBE_PROBE = "kube-probe/1.34";
  private static final Map<String, String> PROBES =
      Map.of("ignore", "path=/healthz, user-agent=kube-probe");
  private static final Map<String, String> IGNORING =
      Map.of("zenvoy.io/enabled", "true", "zenvoy.io/ignore", "path=/healthz");
  private static final int ROUNDS = 3;

  @Parameter private XdsVariant variant = XdsVariant.DELTA;

  private ZenvoyStack stack;
  private Workloads workloads;

  @BeforeParameterizedClassInvocation(injectArguments = false)
  void startStack(KubeCluster cluster) {
    String name = "IgnoredRequestsIT-" + variant;
    stack = ZenvoyStack.start(StackSettings.of(name, Redirect.NONE, variant), cluster);
    workloads = new Workloads(stack);
  }

  @AfterParameterizedClassInvocation
  void stopStack() {
    stack.close();
  }

  @Test
  void aSleepingServiceIsProbedWithoutWaking() throws Exception {
    workloads.makeAsleep("asleep", PROBES);

    long start = System.nanoTime();
    HttpResponse<String> answer = stack.downstream().get("asleep", "/healthz?deep=1");
    Duration waited = Duration.ofNanos(System.nanoTime() - start);

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("zenvoy: not awake\n");
    assertThat(waited).isLessThan(Duration.ofSeconds(1));
    workloads.requireSteady("asleep", 0);
    assertThat(stack.downstream().get("asleep", "/healthz/x").headers().map())
        .as("another path wakes it")
        .containsKey("x-pod");
  }

  @Test
  void probesAreAnsweredInEveryPhaseAndHoldUpNone() throws Exception {
    workloads.makeAsleep("probed", PROBES);

    try (Prober byPath = Prober.start("probed", "/healthz", "monitor/1");
        Prober byAgent = Prober.start("probed", "/", KUBE_PROBE)) {
      workloads.requireSteady("probed", 0);
      for (int round = 0; round < ROUNDS; round++) {
        HttpResponse<String> woken = stack.downstream().get("probed", "/");
        assertThat(woken.headers().firstValue("x-pod")).isPresent();
        int pods = byPath.answersOfPods();
        await("a probe reaches the pod").until(() -> byPath.answersOfPods() > pods);
        workloads.awaitAsleep("probed");
        int answers = byPath.answers();
        await("a probe is answered by Envoy").until(() -> byPath.answers() > answers);
      }
      assertThat(byPath.failures()).as("of %s", byPath.answers()).isEmpty();
      assertThat(byAgent.failures()).as("of %s", byAgent.answers()).isEmpty();
      assertThat(byAgent.answersOfPods()).isPositive();
    }
  }

  @Test
  void anAnnotationTakesEffectOnAServiceThatIsAwake() throws Exception {
    workloads.makeAsleep("later");
    assertThat(stack.downstream().get("later", "/").statusCode()).isEqualTo(200);

    try (Prober prober = Prober.start("later", "/healthz", KUBE_PROBE)) {
      workloads.requireSteady("later", 1);
      workloads.annotate("later", IGNORING);
      workloads.awaitAsleep("later");
      workloads.requireSteady("later", 0);

      workloads.annotate("later", Services.OPTED_IN);
      workloads.awaitReplicas("later", 1);
      workloads.requireSteady("later", 1);
      assertThat(prober.failures()).as("of %s", prober.answers()).isEmpty();
    }
  }

  @Test
  void envoyRefusesNothingThatItIsSent() {
    workloads.makeAsleep("taken", PROBES);

    assertThat(stack.envoy().refusals()).isEmpty();
  }
}
