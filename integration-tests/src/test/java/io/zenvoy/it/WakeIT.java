package io.zenvoy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zenvoy.it.downstream.WebSocketDownstream;
import io.zenvoy.it.envoy.XdsVariant;
import io.zenvoy.it.kube.KubeCluster;
import io.zenvoy.it.kube.Services;
import io.zenvoy.it.kube.SharedKubeCluster;
import io.zenvoy.it.stack.Redirect;
import io.zenvoy.it.stack.StackSettings;
import io.zenvoy.it.stack.Workloads;
import io.zenvoy.it.stack.ZenvoyStack;
import io.zenvoy.it.upstream.EchoUpstream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/** What a client sees of a service that sleeps: nothing but a longer wait. */
@ParameterizedClass(name = "{0}, {1}")
@CsvSource({"IPTABLES, STATE_OF_THE_WORLD", "NFT, DELTA", "NONE, STATE_OF_THE_WORLD"})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith({SharedKubeCluster.class, FailureLogs.class})
class WakeIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Parameter(0)
  private Redirect redirect = Redirect.NONE;

  @Parameter(1)
  private XdsVariant variant = XdsVariant.DELTA;

  private ZenvoyStack stack;
  private Workloads workloads;

  @BeforeParameterizedClassInvocation(injectArguments = false)
  void startStack(KubeCluster cluster) {
    String name = "WakeIT-" + redirect.command() + "-" + variant;
    stack = ZenvoyStack.start(StackSettings.of(name, redirect, variant), cluster);
    workloads = new Workloads(stack);
  }

  @AfterEach
  void restoreRuntime() {
    stack.kubelet().runtime(stack.upstream());
  }

  @AfterParameterizedClassInvocation
  void stopStack() {
    stack.close();
  }

  @Test
  void aRequestToAServiceAtZeroIsAnsweredByAPod() throws Exception {
    workloads.makeAsleep("first");

    HttpResponse<String> answer = stack.downstream().get("first", "/some/path?with=query");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("x-pod").orElseThrow()).startsWith("first-");
    assertThat(answer.headers().firstValue("x-path")).contains("/some/path?with=query");
  }

  @Test
  void everyNameOfAServiceWakesIt() throws Exception {
    String name = "named";
    workloads.makeAsleep(name, Map.of("hosts", "shop.example.com"));
    String namespace = stack.namespace();

    for (String host :
        List.of(
            "shop.example.com",
            name + "." + namespace,
            name + "." + namespace + ".svc",
            name + "." + namespace + ".svc.cluster.local",
            name + ":10000")) {
      assertThat(stack.downstream().get(host, "/").statusCode()).as(host).isEqualTo(200);
    }
  }

  @Test
  void fiftyConcurrentColdRequestsAreAllAnswered() {
    workloads.makeAsleep("crowd");

    List<CompletableFuture<HttpResponse<String>>> answers =
        IntStream.range(0, 50)
            .mapToObj(number -> stack.downstream().getLater("crowd", "/" + number))
            .toList();

    assertThat(answers).allSatisfy(answer -> assertThat(answer.get().statusCode()).isEqualTo(200));
    assertThat(workloads.replicas("crowd")).isEqualTo(1);
  }

  @Test
  void anIdleServiceSleepsAndWakesAgain() throws Exception {
    workloads.makeAsleep("again");

    for (int round = 0; round < 2; round++) {
      assertThat(stack.downstream().get("again", "/").statusCode()).isEqualTo(200);
      workloads.awaitAsleep("again");
    }
    assertThat(stack.downstream().get("again", "/").statusCode()).isEqualTo(200);
  }

  @Test
  void aServiceThatAnswersARequestDoesNotSleep() throws Exception {
    EchoUpstream upstream = EchoUpstream.on(Services.CONTAINER_PORT);
    stack.kubelet().runtime(upstream);
    workloads.makeAsleep("busy");

    CompletableFuture<HttpResponse<String>> answer = stack.downstream().getLater("busy", "/hold");
    await().atMost(PATIENCE).until(() -> upstream.held() == 1);
    workloads.requireSteady("busy", 1);
    upstream.release();

    assertThat(answer.get().statusCode()).isEqualTo(200);
    workloads.awaitAsleep("busy");
  }

  @Test
  void bodiesArriveExactly() throws Exception {
    workloads.makeAsleep("bodies");

    for (int size : new int[] {3_000_000, 0, 1, 65_537}) {
      byte[] body = new byte[size];
      new Random(size).nextBytes(body);
      HttpResponse<String> answer = stack.downstream().post("bodies", "/", body);

      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().firstValue("x-sha256")).contains(sha256(body));
    }
  }

  @Test
  void aWebSocketWakesItsServiceAndKeepsItAwake() throws Exception {
    workloads.makeAsleep("socket");

    try (WebSocketDownstream socket = WebSocketDownstream.open(ZenvoyStack.HTTP_PORT, "socket")) {
      assertThat(socket.exchange("hello")).isEqualTo("hello");
      workloads.requireSteady("socket", 1);
      assertThat(socket.exchange("still there")).isEqualTo("still there");
    }
    workloads.awaitAsleep("socket");
  }

  @Test
  void aClientThatLeavesWhileItWaitsIsForgotten() throws Exception {
    stack
        .kubelet()
        .runtime(new EchoUpstream(Services.CONTAINER_PORT, EchoUpstream.Readiness.NEVER));
    workloads.makeAsleep("left", Map.of("wake-timeout", "8s"));

    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), ZenvoyStack.HTTP_PORT)) {
      client
          .getOutputStream()
          .write("GET / HTTP/1.1\r\nHost: left\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      workloads.awaitReplicas("left", 1);
      assertThat(activeRequests("left")).isEqualTo(1);
    }

    await().atMost(Duration.ofSeconds(10)).until(() -> activeRequests("left") == 0);
    workloads.awaitAsleep("left");
  }

  @Test
  void aWakeThatNeverSucceedsIsAnsweredAndTheNextRequestTriesAnew() throws Exception {
    stack
        .kubelet()
        .runtime(new EchoUpstream(Services.CONTAINER_PORT, EchoUpstream.Readiness.NEVER));
    workloads.makeAsleep("broken", Map.of("wake-timeout", "3s"));

    long start = System.nanoTime();
    HttpResponse<String> failure = stack.downstream().get("broken", "/");
    Duration waited = Duration.ofNanos(System.nanoTime() - start);

    assertThat(failure.statusCode()).isEqualTo(503);
    assertThat(waited).isBetween(Duration.ofSeconds(2), Duration.ofSeconds(20));
    workloads.awaitAsleep("broken");

    stack.kubelet().runtime(stack.upstream());
    assertThat(stack.downstream().get("broken", "/").statusCode()).isEqualTo(200);
  }

  @Test
  void envoyRefusesNothingThatItIsSent() {
    workloads.makeAsleep("taken");

    assertThat(stack.envoy().refusals()).isEmpty();
  }

  private long activeRequests(String cluster) {
    return stack.envoy().stats("^cluster\\." + cluster + "\\.upstream_rq_active$").values().stream()
        .mapToLong(Long::longValue)
        .sum();
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
