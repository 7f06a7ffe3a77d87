package io.zenvoy.xds.workloads.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zenvoy.common.HostPort;
import io.zenvoy.xds.workloads.ScaleOutcome;
import io.zenvoy.xds.workloads.WorkloadEvent;
import io.zenvoy.xds.workloads.WorkloadEvent.WorkloadFailed;
import io.zenvoy.xds.workloads.WorkloadEvent.WorkloadObserved;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With real processes: {@link TestingUpstream} in a Java of its own, and shell commands. */
final class LocalWorkloadsTest {
  private static final String UPSTREAM =
      "exec '"
          + ProcessHandle.current().info().command().orElseThrow()
          + "' -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp '"
          + System.getProperty("java.class.path")
          + "' "
          + TestingUpstream.class.getName();

  @TempDir Path folder;
  private @Nullable TestingLocalWorkloads opened;

  @AfterEach
  void close() {
    if (opened != null) {
      opened.close();
    }
  }

  @Test
  void aServiceIsIntroducedAtZeroReplicasBeforeSynced() throws IOException {
    TestingLocalWorkloads local = open("command: 'true'", "port: 1");
    local.awaitEvent(WorkloadEvent.Synced.class);
    assertThat(local.events())
        .extracting(event -> event.getClass().getSimpleName())
        .containsExactly("ServiceChanged", "WorkloadObserved", "EndpointsChanged", "Synced");
    assertThat(local.replicas()).isZero();
    assertThat(local.endpoints()).isEmpty();
  }

  @Test
  void wakingStartsTheProcessAndSleepingEndsIt() throws Exception {
    TestingLocalWorkloads local = open("command: \"" + UPSTREAM + " {port}\"");
    assertThat(local.scaleTo(1)).isInstanceOf(ScaleOutcome.Scaled.class);
    HostPort endpoint = awaitEndpoint(local);
    assertThat(answerOf(endpoint)).startsWith("PORT=" + endpoint.port());
    assertThat(local.replicas()).isEqualTo(1);

    assertThat(local.scaleTo(0)).isInstanceOf(ScaleOutcome.Scaled.class);
    await().until(() -> LoopbackPorts.isFree(endpoint.port()));
    assertThat(local.endpoints()).isEmpty();
    assertThat(local.replicas()).isZero();
  }

  @Test
  void childrenOfTheProcessEndWithIt() throws Exception {
    Path child = folder.resolve("child");
    TestingLocalWorkloads local =
        open(
            "command: \"sleep 100 & echo $! >child.new; mv child.new child; "
                + UPSTREAM.replace("exec ", "")
                + " {port}\"");
    local.scaleTo(1);
    awaitEndpoint(local);
    ProcessHandle sleep =
        ProcessHandle.of(Long.parseLong(Files.readString(child).strip())).orElseThrow();
    local.scaleTo(0);
    await().until(() -> !sleep.isAlive());
  }

  @Test
  void aProcessThatExitsBeforeItsPortOpensIsAFailureWithItsExitCode() throws IOException {
    TestingLocalWorkloads local = open("command: echo no config; exit 3", "port: 9");
    local.scaleTo(1);
    WorkloadFailed failure = local.awaitEvent(WorkloadFailed.class);
    assertThat(failure.reason()).isEqualTo("exited with code 3 before its port 9 opened");
    await().until(() -> local.replicas() == 0);
    List<WorkloadEvent> events = local.events();
    assertThat(events.getLast()).isInstanceOf(WorkloadObserved.class);
    assertThat(events.get(events.size() - 2)).isEqualTo(failure);
  }

  @Test
  void aCommandThatDoesNotExistIsAFailure() throws IOException {
    TestingLocalWorkloads local = open("command: [no-such-program]", "port: 9");
    local.scaleTo(1);
    assertThat(local.awaitEvent(WorkloadFailed.class).reason())
        .isEqualTo("exited with code 127 before its port 9 opened");
  }

  @Test
  void aPortThatSomebodyElseHasIsAFailure() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      TestingLocalWorkloads local = open("command: sleep 100", "port: " + other.getLocalPort());
      local.scaleTo(1);
      assertThat(local.awaitEvent(WorkloadFailed.class).reason())
          .isEqualTo("port " + other.getLocalPort() + " is in use by another program");
    }
  }

  @Test
  void aProcessThatDiesLaterTakesItsEndpointAlong() throws Exception {
    TestingLocalWorkloads local = open("command: \"" + UPSTREAM + " {port}\"");
    local.scaleTo(1);
    HostPort endpoint = awaitEndpoint(local);
    ProcessHandle.of(Long.parseLong(answerOf(endpoint).split("PID=", 2)[1].strip()))
        .orElseThrow()
        .destroyForcibly();
    await().until(() -> local.replicas() == 0);
    assertThat(local.endpoints()).isEmpty();
    assertThat(local.events()).noneMatch(WorkloadFailed.class::isInstance);
  }

  @Test
  void aServiceThatIsWokenWhileItEndsStartsAnewOnTheSamePort() throws Exception {
    int port = LoopbackPorts.findFree();
    TestingLocalWorkloads local = open("command: \"" + UPSTREAM + " {port}\"", "port: " + port);
    local.scaleTo(1);
    String first = answerOf(awaitEndpoint(local));
    local.scaleTo(0);
    local.scaleTo(1);
    String second = answerOf(awaitEndpoint(local));
    assertThat(second).startsWith("PORT=" + port).isNotEqualTo(first);
  }

  @Test
  void aRequestBasedOnAnOldVersionIsAConflictThatTellsTheNewOne() throws IOException {
    TestingLocalWorkloads local = open("command: sleep 100", "port: 9");
    local.awaitEvent(WorkloadEvent.Synced.class);
    String old = local.version();
    local.scaleTo(1);
    await().until(() -> local.replicas() == 1);
    assertThat(local.scale(0, old, 1)).isEqualTo(new ScaleOutcome.Conflict(1, local.version()));
    assertThat(local.scale(1, old, 0)).isEqualTo(new ScaleOutcome.Conflict(1, local.version()));
  }

  @Test
  void anUnknownWorkloadIsMissingAndTwoReplicasAreRefused() throws IOException {
    TestingLocalWorkloads local = open("command: sleep 100", "port: 9");
    assertThat(local.scaleUnknown()).isInstanceOf(ScaleOutcome.Missing.class);
    assertThat(local.scaleTo(2)).isInstanceOf(ScaleOutcome.Refused.class);
  }

  @Test
  void closingEndsEveryProcessAndTellsNothingMore() throws Exception {
    TestingLocalWorkloads local = open("command: \"" + UPSTREAM + " {port}\"");
    local.scaleTo(1);
    HostPort endpoint = awaitEndpoint(local);
    int told = local.events().size();
    local.close();
    assertThat(LoopbackPorts.isFree(endpoint.port())).isTrue();
    assertThat(local.events()).hasSize(told);
    assertThat(local.scale(1, "2", 0)).isInstanceOf(ScaleOutcome.Unavailable.class);
  }

  private TestingLocalWorkloads open(String... keys) throws IOException {
    Path file = folder.resolve("services.yaml");
    Files.writeString(
        file, "services:\n  - name: hello\n    " + String.join("\n    ", keys) + "\n");
    TestingLocalWorkloads local = new TestingLocalWorkloads(file);
    opened = local;
    return local;
  }

  private static HostPort awaitEndpoint(TestingLocalWorkloads local) {
    await().atMost(Duration.ofSeconds(30)).until(() -> !local.endpoints().isEmpty());
    return local.endpoints().getFirst();
  }

  private static String answerOf(HostPort endpoint) throws IOException {
    try (Socket socket = new Socket(endpoint.host(), endpoint.port())) {
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }
  }
}
