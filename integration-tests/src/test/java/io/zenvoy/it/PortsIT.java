package io.zenvoy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServicePortBuilder;
import io.zenvoy.common.HostPort;
import io.zenvoy.it.downstream.HttpDownstream;
import io.zenvoy.it.downstream.grpc.GrpcDownstream;
import io.zenvoy.it.downstream.grpc.GrpcDownstream.Chat;
import io.zenvoy.it.downstream.grpc.GrpcDownstream.Language;
import io.zenvoy.it.kube.Services;
import io.zenvoy.it.upstream.EchoUpstream;
import io.zenvoy.it.upstream.Together;
import io.zenvoy.it.upstream.grpc.Echo;
import io.zenvoy.it.upstream.grpc.GrpcUpstream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A Service of three ports: the first has the hosts, the others, of which one speaks gRPC, have
 * listeners. All lead to one workload.
 */
class PortsIT extends OneStack {
  private static final String NAME = "ports";
  private static final String LOOPBACK = "127.0.0.1";
  private static final int GRPC_PORT = 9090;
  private static final int RAW_PORT = 9100;

  private final int grpc = FreePorts.next();
  private final int raw = FreePorts.next();
  private final EchoUpstream first = EchoUpstream.on(Services.CONTAINER_PORT);
  private final EchoUpstream third = EchoUpstream.on(RAW_PORT);

  @BeforeAll
  void makeService() {
    ServicePort speaksGrpc =
        new ServicePortBuilder(Services.port("calls", 90, GRPC_PORT))
            .withAppProtocol("grpc")
            .build();
    workloads.make(
        NAME,
        Map.of("tcp", grpc + ":calls," + raw + ":100"),
        List.of(
            Services.port("http", 80, Services.CONTAINER_PORT),
            speaksGrpc,
            Services.port("tcp-raw", 100, RAW_PORT)));
    workloads.awaitDomain(NAME);
    await("Envoy listens")
        .atMost(PATIENCE)
        .until(() -> stack.envoy().listeners().containsAll(List.of("tcp-" + grpc, "tcp-" + raw)));
  }

  @BeforeEach
  void runAllPorts() {
    stack.kubelet().runtime(new Together(first, GrpcUpstream.on("PortsIT", GRPC_PORT), third));
    workloads.awaitAsleep(NAME);
  }

  @Test
  void eachHasAClusterOfItsOwn() {
    String qualified = stack.namespace() + "/" + NAME + "/";

    assertThat(stack.envoy().clusters()).contains(NAME, qualified + "calls", qualified + "tcp-raw");
  }

  @Test
  void theFirstAloneHasTheHostsWhateverPortTheClientNames() throws Exception {
    int before = first.requests();

    coldWarmAndColdAgain(
        NAME,
        () -> assertThat(stack.downstream().get(NAME + ":100", "/").statusCode()).isEqualTo(200));
    assertThat(first.requests()).isEqualTo(before + 3);
  }

  @Test
  void oneThatSpeaksGrpcWakesTheWorkloadByItsListener() throws Exception {
    coldWarmAndColdAgain(
        NAME,
        () -> {
          try (GrpcDownstream client = Language.JAVA.connect(new HostPort(LOOPBACK, grpc), "any")) {
            assertThat(client.call(Echo.SAY, "hello", GrpcDownstream.PATIENCE).message())
                .isEqualTo("hello");
          }
        });
  }

  @Test
  void oneThatSpeaksSomethingElseWakesTheWorkloadByItsListener() throws Exception {
    int before = third.requests();

    coldWarmAndColdAgain(NAME, this::askThird);
    assertThat(third.requests()).isEqualTo(before + 3);
  }

  @Test
  void allMustBeQuietBeforeTheWorkloadSleeps() throws Exception {
    try (GrpcDownstream client = Language.JAVA.connect(new HostPort(LOOPBACK, grpc), "any");
        Chat chat = client.chat()) {
      assertThat(chat.exchange("hello")).isEqualTo("hello");
      workloads.requireSteady(NAME, 1);
      assertThat(chat.exchange("still there")).isEqualTo("still there");
    }
    workloads.awaitAsleep(NAME);

    try (Socket silent = new Socket(InetAddress.ofLiteral(LOOPBACK), raw)) {
      workloads.awaitReplicas(NAME, 1);
      workloads.requireSteady(NAME, 1);
      assertThat(silent.isConnected()).isTrue();
    }
    workloads.awaitAsleep(NAME);
  }

  private void askThird() throws IOException {
    try (HttpDownstream client = new HttpDownstream(new HostPort(LOOPBACK, raw))) {
      assertThat(client.get("any", "/").statusCode()).isEqualTo(200);
    }
  }
}
