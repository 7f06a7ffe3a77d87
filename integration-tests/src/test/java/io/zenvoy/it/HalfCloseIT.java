package io.zenvoy.it;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zenvoy.it.downstream.ClientRun;
import io.zenvoy.it.downstream.Socat;
import io.zenvoy.it.kube.Services;
import io.zenvoy.it.upstream.SocatUpstream;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The end of one direction, which is not the end of the other, between a real socat and another.
 */
class HalfCloseIT extends OneStack {
  /** More than all buffers on the way hold together. */
  private static final int MANY = 2_000_000;

  @TempDir Path folder;

  @Test
  void whoHasSaidAllAtOnceReadsTheWholeAnswer() throws Exception {
    stack.kubelet().runtime(backwards());
    int port = makeTcp("short", "tcp", Map.of());

    coldWarmAndColdAgain("short", () -> assertAnsweredBackwards(port, 2));
  }

  @Test
  void whoHasSaidMuchReadsTheWholeAnswer() throws Exception {
    stack.kubelet().runtime(backwards());
    int port = makeTcp("long", "tcp", Map.of());

    coldWarmAndColdAgain("long", () -> assertAnsweredBackwards(port, MANY));
  }

  /** Only after all was said it can answer with the last line first. */
  private static SocatUpstream backwards() {
    return new SocatUpstream("HalfCloseIT", Services.CONTAINER_PORT, "EXEC:tac");
  }

  private void assertAnsweredBackwards(int port, int lines)
      throws IOException, InterruptedException {
    Path answer = folder.resolve("answer");
    Socat.exchange(port, write("question", numbers(lines)), answer).successful();
    assertThat(Sha256.of(answer))
        .isEqualTo(Sha256.of(write("expected", numbers(lines).reversed())));
  }

  @Test
  void aServerThatHasSaidAllStillHearsEverything() throws Exception {
    Path heard = Files.createFile(folder.resolve("heard"));
    stack
        .kubelet()
        .runtime(
            new SocatUpstream(
                "HalfCloseIT",
                Services.CONTAINER_PORT,
                "OPEN:%s,rdonly!!OPEN:%s,wronly,append"
                    .formatted(write("greeting", List.of("bye")), heard)));
    int port = makeTcp("bye", "tcp", Map.of());
    Path said = write("said", numbers(MANY));
    String expected = Sha256.of(said);

    coldWarmAndColdAgain(
        "bye",
        () -> {
          Files.writeString(heard, "");
          try (Socket socket = connect(port)) {
            assertThat(socket.getInputStream()).hasBinaryContent("bye\n".getBytes(US_ASCII));
            Files.copy(said, socket.getOutputStream());
          }
          await("the server has heard all")
              .atMost(PATIENCE)
              .until(() -> Sha256.of(heard).equals(expected));
        });
  }

  @Test
  void aConnectionOfWhichOneDirectionHasEndedKeepsItsServerAwake() throws Exception {
    Path gate = folder.resolve("gate");
    ClientRun.of("mkfifo", gate.toString()).successful();
    stack
        .kubelet()
        .runtime(
            new SocatUpstream(
                "HalfCloseIT",
                Services.CONTAINER_PORT,
                "SYSTEM:'cat >/dev/null; cat %s'".formatted(gate)));
    int port = makeTcp("half", "tcp", Map.of());

    try (Socket socket = connect(port)) {
      socket.shutdownOutput();
      workloads.awaitReplicas("half", 1);
      workloads.requireSteady("half", 1);
      ClientRun.of("sh", "-c", "echo answer >" + gate).successful();
      assertThat(socket.getInputStream()).hasBinaryContent("answer\n".getBytes(US_ASCII));
    }
    workloads.awaitAsleep("half");
  }

  @Test
  void whoLeavesWithoutAWordDoesNotKeepItsServerAwake() throws Exception {
    stack.kubelet().runtime(backwards());
    int port = makeTcp("probed", "tcp", Map.of());

    connect(port).close();
    await("the wake").atMost(PATIENCE).until(() -> evidence.wakes("probed", "ready") == 1);
    workloads.awaitAsleep("probed");
  }

  private static List<String> numbers(int count) {
    return IntStream.range(0, count).mapToObj(Integer::toString).toList();
  }

  private Path write(String name, List<String> lines) throws IOException {
    return Files.write(folder.resolve(name), lines);
  }
}
