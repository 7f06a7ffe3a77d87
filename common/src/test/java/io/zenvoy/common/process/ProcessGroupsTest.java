package io.zenvoy.common.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ProcessGroupsTest {
  private static final Path HERE = Path.of("").toAbsolutePath();

  private ProcessGroups groups;

  @BeforeEach
  void open() throws IOException {
    groups = ProcessGroups.open(Duration.ofSeconds(2));
  }

  @AfterEach
  void close() {
    groups.close();
  }

  @Test
  void aProgramRunsInItsFolderWithItsEnvironmentAndLeadsItsGroup() throws Exception {
    ProcessGroup group =
        groups.start(
            List.of("sh", "-c", "echo $COLOR; pwd; echo $$"),
            HERE,
            variables -> variables.put("COLOR", "red"));
    assertThat(lines(group)).containsExactly("red", HERE.toString(), Long.toString(group.pid()));
    assertThat(group.exit().get(5, TimeUnit.SECONDS)).isZero();
  }

  @Test
  void aProgramThatDoesNotExistExitsWith127AndSaysSo() throws Exception {
    ProcessGroup group = groups.start(List.of("no-such-program"), HERE, variables -> {});
    assertThat(lines(group)).anyMatch(line -> line.contains("no-such-program"));
    assertThat(group.exit().get(5, TimeUnit.SECONDS)).isEqualTo(127);
  }

  @Test
  void endingAProgramEndsItsChildrenToo() throws Exception {
    ProcessGroup group = startWithChild();
    ProcessHandle child = announcedProcess(group.output());
    group.end(Duration.ofSeconds(5));
    assertThat(group.exit().get(5, TimeUnit.SECONDS)).isEqualTo(128 + 15);
    awaitGone(child);
  }

  @Test
  void aProgramThatIgnoresSigtermIsKilledAfterTheGraceTime() throws Exception {
    ProcessGroup group =
        groups.start(
            List.of("sh", "-c", "trap '' TERM; echo $$; while :; do sleep 0.1; done"),
            HERE,
            variables -> {});
    announcedProcess(group.output());
    group.end(Duration.ofMillis(200));
    assertThat(group.exit().get(5, TimeUnit.SECONDS)).isEqualTo(128 + 9);
  }

  @Test
  void whatAProgramLeavesBehindIsEndedWhenItExits() throws Exception {
    ProcessGroup group =
        groups.start(
            List.of("sh", "-c", "sleep 100 >/dev/null 2>&1 & echo $!"), HERE, variables -> {});
    ProcessHandle child = announcedProcess(group.output());
    assertThat(group.exit().get(5, TimeUnit.SECONDS)).isZero();
    awaitGone(child);
  }

  @Test
  void noProgramOutlivesAParentThatIsKilled() throws Exception {
    Process parent =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                TestingParent.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      ProcessHandle child = announcedProcess(parent.getInputStream());
      assertThat(child.isAlive()).isTrue();
      parent.destroyForcibly();
      awaitGone(child);
    } finally {
      parent.destroyForcibly();
    }
  }

  private ProcessGroup startWithChild() throws IOException {
    return groups.start(List.of("sh", "-c", "sleep 100 & echo $!; wait"), HERE, variables -> {});
  }

  private static void awaitGone(ProcessHandle process) {
    await().atMost(Duration.ofSeconds(10)).until(() -> !process.isAlive());
  }

  private static ProcessHandle announcedProcess(InputStream output) throws IOException {
    BufferedReader reader = new BufferedReader(new InputStreamReader(output, UTF_8));
    return ProcessHandle.of(Long.parseLong(reader.readLine())).orElseThrow();
  }

  private static List<String> lines(ProcessGroup group) {
    return new BufferedReader(new InputStreamReader(group.output(), UTF_8)).lines().toList();
  }
}
