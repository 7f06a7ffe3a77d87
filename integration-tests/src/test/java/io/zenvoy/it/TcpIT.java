package io.zenvoy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zenvoy.common.HostPort;
import io.zenvoy.it.downstream.ClientRun;
import io.zenvoy.it.downstream.HttpDownstream;
import io.zenvoy.it.downstream.Psql;
import io.zenvoy.it.kube.Services;
import io.zenvoy.it.upstream.EchoUpstream;
import io.zenvoy.it.upstream.PostgresUpstream;
import io.zenvoy.it.upstream.TlsUpstream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Services with TCP listeners: PostgreSQL with its real client, and who gets which port. */
class TcpIT extends OneStack {
  @Test
  void aDatabaseThatSleepsAnswersPsqlAndHasItsDataAfterEachSleep() throws IOException {
    int port = makeDatabase("kept");

    assertThat(Psql.run(port, "create table t (n int); insert into t values (42); select n from t"))
        .isEqualTo("42");
    workloads.awaitAsleep("kept");

    assertThat(Psql.run(port, "select n from t")).isEqualTo("42");
    workloads.awaitAsleep("kept");
    assertThat(evidence.wakes("kept", "ready")).isEqualTo(2);
  }

  @Test
  void aSessionThatIsSilentForThreeWindowsKeepsItsDatabaseAwake() throws IOException {
    int port = makeDatabase("silent");

    try (Psql psql = Psql.open(port)) {
      assertThat(psql.ask("select pg_backend_pid() > 0")).isEqualTo("t");
      workloads.requireSteady("silent", 1);
      assertThat(psql.ask("select 1 + 1")).isEqualTo("2");
    }
    workloads.awaitAsleep("silent");
    assertThat(evidence.scaleWrites("silent")).as("up and down").isEqualTo(2);
  }

  @Test
  void aSessionThatNobodyUsesIsClosedWhereItsOwnerSaysSo() throws IOException {
    int port = makeDatabase("idle", Map.of("idle-connections", "3s"));

    try (Psql psql = Psql.open(port)) {
      assertThat(psql.ask("select 1")).isEqualTo("1");
      workloads.awaitAsleep("idle");
      assertThat(psql.ask("select 2")).as("the session was closed").isNotEqualTo("2");
    }
    assertThat(Psql.run(port, "select 3")).isEqualTo("3");
  }

  @Test
  void aPoolOfFiftyThatArrivesColdIsServedByOneWake() throws Exception {
    int port = makeDatabase("pooled");

    try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<String>> clients =
          IntStream.range(0, 50)
              .<Callable<String>>mapToObj(n -> () -> Psql.run(port, "select " + n))
              .toList();
      List<Future<String>> answers = pool.invokeAll(clients);
      for (int n = 0; n < answers.size(); n++) {
        assertThat(answers.get(n).get()).isEqualTo(Integer.toString(n));
      }
    }
    assertThat(evidence.wakes("pooled", "ready")).isEqualTo(1);
  }

  @Test
  void aPortThatTwoServicesWantIsTheOldersAndThenTheOthers() throws Exception {
    stack.kubelet().runtime(EchoUpstream.on(Services.CONTAINER_PORT));
    int port = FreePorts.next();
    workloads.make("older", Map.of("tcp", port + ":http"));
    awaitListener(port);
    Thread.sleep(1_100); // creation times of Kubernetes are in whole seconds
    workloads.make("newer", Map.of("tcp", port + ":http"));

    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(evidence.warnings("newer"))
                    .anyMatch(warning -> warning.startsWith("PortConflict: ")));
    assertThat(evidence.metric("zenvoy_listener_port_conflicts")).isEqualTo(1);
    assertThat(whoAnswers(port)).startsWith("older-");

    workloads.annotate("older", Services.OPTED_IN);
    await().atMost(PATIENCE).until(() -> evidence.metric("zenvoy_listener_port_conflicts") == 0);
    await().atMost(PATIENCE).until(() -> whoAnswers(port).startsWith("newer-"));
  }

  @Test
  void aPortThatEnvoyCantHaveIsToldAndTakenOnceItIsFree() throws Exception {
    stack.kubelet().runtime(EchoUpstream.on(Services.CONTAINER_PORT));
    int port = FreePorts.next();
    try (ServerSocket taken = new ServerSocket()) {
      taken.bind(new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), port));
      workloads.make("refused", Map.of("tcp", port + ":http"));
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(evidence.warnings("refused"))
                      .anyMatch(warning -> warning.startsWith("ListenerRefused: "))
                      .anyMatch(warning -> warning.contains(" can't listen on port " + port)));
    }
    makeTcp("accepted", "tcp", Map.of());

    awaitListener(port);
    assertThat(whoAnswers(port)).startsWith("refused-");
    assertThat(stack.envoy().refusals()).isEmpty();
  }

  @Test
  void aListenerThatVanishesTakesNoOtherWithItAndABadAnnotationLeavesTheLastGoodOne()
      throws IOException {
    int port = makeDatabase("stays");
    int other = FreePorts.next();
    workloads.make("goes", Map.of("tcp", other + ":http"));
    awaitListener(other);

    try (Psql psql = Psql.open(port)) {
      assertThat(psql.ask("select 1")).isEqualTo("1");
      Map<String, String> bad = new HashMap<>(Services.OPTED_IN);
      bad.put("zenvoy.io/tcp", "65536");
      workloads.annotate("stays", bad);
      workloads.annotate("goes", Services.OPTED_IN);
      await().atMost(PATIENCE).until(() -> !stack.envoy().listeners().contains("tcp-" + other));
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(evidence.warnings("stays"))
                      .anyMatch(warning -> warning.contains("zenvoy.io/tcp: \"65536\"")));
      assertThat(stack.envoy().listeners()).contains("tcp-" + port);
      assertThat(psql.ask("select 2")).isEqualTo("2");
    }
    assertThat(stack.envoy().refusals()).isEmpty();
  }

  @Test
  void aTlsServiceIsWokenByTheNameThatItsClientAsksForAndByNoOther() throws Exception {
    String name = "secure.example.com";
    TlsUpstream upstream = TlsUpstream.on("TcpIT", Services.CONTAINER_PORT, name);
    stack.kubelet().runtime(upstream);
    workloads.make("secure", Map.of("sni", name));
    await("Envoy listens for TLS")
        .atMost(PATIENCE)
        .until(() -> stack.envoy().listeners().contains("tls"));

    assertThat(https("other.example.com", upstream)).doesNotContain("Cipher");
    assertThat(evidence.scaleWrites("secure")).as("nobody asked for it").isZero();
    assertThat(https(name, upstream)).contains("Cipher");
    workloads.awaitAsleep("secure");
    assertThat(https(name, upstream)).contains("Cipher");
    assertThat(evidence.wakes("secure", "ready")).isEqualTo(2);
  }

  /** What curl reads that trusts the upstream's certificate. */
  private static String https(String name, TlsUpstream upstream) throws Exception {
    return ClientRun.of(
            Installed.program("curl", "curl"),
            "--silent",
            "--show-error",
            "--max-time",
            "60",
            "--cacert",
            upstream.certificate().toString(),
            "--connect-to",
            name + ":443:127.0.0.1:10443",
            "https://" + name + "/")
        .output();
  }

  @Test
  void clientsOfDatabasesThatCanNotBeWokenReadWhy() throws Exception {
    stack
        .kubelet()
        .runtime(new EchoUpstream(Services.CONTAINER_PORT, EchoUpstream.Readiness.NEVER));

    assertThat(Psql.run(Integer.parseInt(makeHopeless("postgres")), "select 1"))
        .contains("FATAL:  zenvoy: never-postgres is not available: not ready after 3s");
    assertThat(
            ClientRun.of(
                    Installed.program("mysql", "mariadb-client"),
                    "-h",
                    "127.0.0.1",
                    "-P",
                    makeHopeless("mysql"),
                    "-u",
                    "x",
                    "-e",
                    "select 1")
                .output())
        .contains("1053", "zenvoy: never-mysql is not available: not ready after 3s");
    assertThat(
            ClientRun.of(
                    Installed.program("redis-cli", "redis-tools"),
                    "-p",
                    makeHopeless("redis"),
                    "get",
                    "x")
                .output())
        .contains("LOADING zenvoy: never-redis is not available: not ready after 3s");
  }

  /** A service whose pod never becomes ready; returns its listener's port. */
  private String makeHopeless(String protocol) {
    return Integer.toString(makeTcp("never-" + protocol, protocol, Map.of("wake-timeout", "3s")));
  }

  private int makeDatabase(String name) throws IOException {
    return makeDatabase(name, Map.of());
  }

  private int makeDatabase(String name, Map<String, String> annotations) throws IOException {
    stack.kubelet().runtime(PostgresUpstream.on("TcpIT", Services.CONTAINER_PORT));
    return makeTcp(name, "postgres", annotations);
  }

  /** The pod that answers a request. */
  private static String whoAnswers(int port) throws IOException {
    try (HttpDownstream client = new HttpDownstream(new HostPort("127.0.0.1", port))) {
      return client.get("any", "/").headers().firstValue("x-pod").orElse("");
    }
  }
}
