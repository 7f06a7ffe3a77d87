package io.zenvoy.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.zenvoy.it.downstream.Session;
import io.zenvoy.it.downstream.Ssh;
import io.zenvoy.it.kube.Services;
import io.zenvoy.it.upstream.SshUpstream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real OpenSSH server, asleep and awake, with its own clients. */
class SshIT extends OneStack {
  private static final int MEGABYTE = 1_000_000;

  @TempDir Path folder;

  @Test
  void commandsRunWhetherTheServerSleptOrNot() throws Exception {
    Ssh ssh = Ssh.of(start(), makeTcp("commands", "tcp", Map.of()));

    coldWarmAndColdAgain(
        "commands",
        () -> assertThat(ssh.run("echo one >> lines; wc -c").successful()).isEqualTo("0"));
    workloads.awaitAsleep("commands");
    assertThat(ssh.run("wc -l < lines; exit 7").exitCode()).isEqualTo(7);
    assertThat(ssh.run("wc -l < lines").successful()).isEqualTo("3");
  }

  @Test
  void aSilentSessionKeepsItsServerAwakeUntilItLeaves() throws Exception {
    Ssh ssh = Ssh.of(start(), makeTcp("silent", "tcp", Map.of()));

    try (Session session = ssh.open("cat")) {
      assertThat(session.ask("one")).isEqualTo("one");
      workloads.requireSteady("silent", 1);
      assertThat(session.ask("two")).isEqualTo("two");
    }
    workloads.awaitAsleep("silent");
    assertThat(evidence.scaleWrites("silent")).as("up and down").isEqualTo(2);
  }

  @Test
  void aHundredMegabytesArriveWholeWhetherTheServerSleptOrNot() throws Exception {
    SshUpstream server = start();
    Ssh ssh = Ssh.of(server, makeTcp("files", "tcp", Map.of()));
    Path file = write(folder.resolve("sent"), 100);
    String sent = Sha256.of(file);

    ssh.upload(file, "cold").successful();
    assertThat(Sha256.of(server.home().resolve("cold"))).isEqualTo(sent);
    ssh.upload(file, "warm").successful();
    assertThat(Sha256.of(server.home().resolve("warm"))).isEqualTo(sent);
    workloads.awaitAsleep("files");

    Path received = folder.resolve("received");
    ssh.download("cold", received).successful();
    assertThat(Sha256.of(received)).isEqualTo(sent);
    ssh.download("warm", received).successful();
    assertThat(Sha256.of(received)).isEqualTo(sent);
    assertThat(evidence.wakes("files", "ready")).isGreaterThanOrEqualTo(2);
  }

  private SshUpstream start() throws IOException, InterruptedException {
    SshUpstream server = SshUpstream.on("SshIT", Services.CONTAINER_PORT);
    stack.kubelet().runtime(server);
    return server;
  }

  private static Path write(Path file, int megabytes) throws IOException {
    SplittableRandom random = new SplittableRandom(megabytes);
    byte[] megabyte = new byte[MEGABYTE];
    try (OutputStream output = Files.newOutputStream(file)) {
      for (int n = 0; n < megabytes; n++) {
        random.nextBytes(megabyte);
        output.write(megabyte);
      }
    }
    return file;
  }
}
