package io.zenvoy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zenvoy.it.kube.KubeCluster;
import io.zenvoy.it.kube.Permissions;
import io.zenvoy.it.kube.SharedKubeCluster;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What cannot work is said at once, in one line that names the setting, with exit code 2. */
@ExtendWith({SharedKubeCluster.class, FailureLogs.class})
class BadInputIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int CANNOT_START = 2;

  private final Programs programs;

  BadInputIT(TestInfo test) {
    programs = new Programs("BadInputIT/" + test.getDisplayName().replaceAll("[^A-Za-z0-9]+", "-"));
  }

  @AfterEach
  void endPrograms() {
    programs.close();
  }

  @ParameterizedTest
  @CsvSource({
    "XDS_PORT, many",
    "XDS_PORT, 0",
    "XDS_PORT, 65536",
    "ADMIN_PORT, many",
    "ADMIN_PORT, -1",
    "SLOTS, some",
    "PROXY_ADDR, everywhere",
    "PROXY_ADDR, 10.0.0.0/8",
    "PROXY_PORT, x",
    "PROXY_PORT_MIN, x",
    "PROXY_PORT_MIN, 40000",
    "PROXY_PORT_MAX, 70000",
    "SCALE_TO_ZERO_AFTER, 5",
    "SCALE_TO_ZERO_AFTER, 0s",
    "SCALE_TO_ZERO_CHECK, often",
    "SLEEP_HOLD_AFTER_START, -1s",
    "SLEEP_HOLD_AFTER_NODE_LOSS, 1 day",
    "ENVOY_READ_TIMEOUT, 0s",
    "WAKE_TIMEOUT, soon",
    "KUBE_NAMESPACE, Not_A_Name",
    "LOG_LEVEL, loud",
    "LOG_FORMAT, xml"
  })
  void xdsServerNamesTheSetting(String key, String value) {
    requireRefusal(programs.xdsServer(Map.of(key, value)).process(), key, value);
  }

  @ParameterizedTest
  @CsvSource({
    "XDS_ADDR, nowhere",
    "XDS_ADDR, host:port",
    "ADMIN_PORT, many",
    "ADMIN_PORT, 65536",
    "TPROXY_CMD, ipfw",
    "PROXY_ADDR, everywhere",
    "PROXY_ADDR, 10.0.0.0/8",
    "PROXY_PORT, 0",
    "PROXY_PORT_MIN, 40000",
    "PROXY_PORT_MAX, x",
    "MAX_PARKED, 0",
    "MAX_PARKED, lots",
    "LOG_LEVEL, loud",
    "LOG_FORMAT, xml"
  })
  void tproxyNamesTheSetting(String key, String value) {
    requireRefusal(programs.tproxy(Map.of(key, value)).process(), key, value);
  }

  @ParameterizedTest
  @CsvSource({"XDS_PORT", "ADMIN_PORT"})
  void xdsServerNamesThePortThatIsInUse(String key, KubeCluster cluster) throws Exception {
    try (ServerSocket taken = listener()) {
      Map<String, String> environment = new HashMap<>(reaching(cluster.adminKubeconfig()));
      environment.put("XDS_PORT", Integer.toString(FreePorts.next()));
      environment.put(key, Integer.toString(taken.getLocalPort()));

      requireLastLine(
          programs.xdsServer(environment).process(), key, Integer.toString(taken.getLocalPort()));
    }
  }

  @Test
  void tproxyNamesTheAdminPortThatIsInUse() throws Exception {
    try (ServerSocket taken = listener()) {
      String port = Integer.toString(taken.getLocalPort());

      requireLastLine(
          programs.tproxy(Map.of("ADMIN_PORT", port, "TPROXY_CMD", "none")).process(),
          "ADMIN_PORT",
          port);
    }
  }

  @ParameterizedTest
  @CsvSource({"iptables", "nft"})
  void tproxyWithoutPrivilegeNamesTheWayThatNeedsNone(String redirect) {
    requireLastLine(
        programs.unprivilegedTproxy(Map.of("TPROXY_CMD", redirect)).process(),
        "TPROXY_CMD",
        "TPROXY_CMD=none");
  }

  @Test
  void anApiServerThatIsAwayAtTheStartIsWaitedFor(KubeCluster cluster) {
    cluster.stopApiServer();
    try {
      Programs.RunningProgram server = programs.xdsServer(reaching(cluster.adminKubeconfig()));
      await().atMost(PATIENCE).until(() -> HttpProbe.answers(server.adminPort(), "/healthz"));
      assertThat(HttpProbe.answers(server.adminPort(), "/readyz")).isFalse();

      cluster.startApiServer();

      server.awaitReady();
    } finally {
      cluster.startApiServer();
    }
  }

  @Test
  void permissionsThatAreMissingAreWaitedFor(KubeCluster cluster) {
    String namespace = cluster.newNamespace();
    Map<String, String> environment =
        new HashMap<>(reaching(cluster.kubeconfigFor(namespace, "zenvoy-xds")));
    environment.put("KUBE_NAMESPACE", namespace);
    Programs.RunningProgram server = programs.xdsServer(environment);
    await()
        .atMost(PATIENCE)
        .until(() -> server.process().output().contains("Kubernetes denies what zenvoy needs"));
    assertThat(HttpProbe.answers(server.adminPort(), "/readyz")).isFalse();

    Permissions.grantIn(cluster, namespace, "zenvoy-xds");

    server.awaitReady();
  }

  @Test
  void aControlPlaneThatIsAwayAtTheStartIsWaitedFor() {
    Programs.RunningProgram daemon =
        programs.tproxy(Map.of("TPROXY_CMD", "none", "XDS_ADDR", "127.0.0.1:" + FreePorts.next()));

    await().atMost(PATIENCE).until(() -> HttpProbe.answers(daemon.adminPort(), "/healthz"));

    assertThat(HttpProbe.answers(daemon.adminPort(), "/readyz")).isFalse();
    assertThat(daemon.process().terminate()).as("exit code of SIGTERM").isIn(0, 143);
  }

  private static Map<String, String> reaching(Path kubeconfig) {
    return Map.of(
        "KUBECONFIG", kubeconfig.toString(), "XDS_PORT", Integer.toString(FreePorts.next()));
  }

  private static ServerSocket listener() throws Exception {
    ServerSocket socket = new ServerSocket();
    socket.bind(new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), FreePorts.next()));
    return socket;
  }

  /** A setting that cannot be used: nothing else is said. */
  private static void requireRefusal(ChildProcess process, String... named) {
    requireLastLine(process, named);
    assertThat(process.output().lines()).hasSize(1);
  }

  /** Something else that stands in the way; what was logged before may be there. */
  private static void requireLastLine(ChildProcess process, String... named) {
    int exitCode = process.awaitExit(PATIENCE);
    List<String> lines = process.output().lines().toList();

    assertThat(exitCode).as(String.join("\n", lines)).isEqualTo(CANNOT_START);
    assertThat(lines.getLast()).startsWith(process.name() + ": ").contains(named);
    assertThat(lines).as("no stack trace").noneMatch(line -> line.startsWith("\tat "));
  }
}
