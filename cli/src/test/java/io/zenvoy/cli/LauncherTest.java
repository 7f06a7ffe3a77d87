package io.zenvoy.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zenvoy.cli.stack.TestingSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher as a process of its own; {@link TestingProgram} stands in for the three programs.
 */
final class LauncherTest {
  private static final String JAVA = ProcessHandle.current().info().command().orElseThrow();
  private static final Duration START = Duration.ofSeconds(60);

  @TempDir Path home;
  private @Nullable Process launcher;

  @BeforeEach
  void installPrograms() throws IOException {
    install("xds-server/target/xds-server/bin/xds-server", "xds-server");
    install("tproxy/target/tproxy/bin/tproxy", "tproxy");
    install("envoy", "envoy");
    Path findEnvoy = home.resolve("cli/bin/find-envoy.sh");
    Files.createDirectories(home.resolve("cli/bin"));
    Files.copy(Path.of("src/distribution/find-envoy.sh"), findEnvoy);
  }

  @AfterEach
  void endLauncher() {
    if (launcher != null) {
      launcher.destroyForcibly();
    }
  }

  @Test
  void servicesAreServedUntilSigtermEndsEverything() throws Exception {
    Process running = startAndAwaitReady();
    assertThat(alivePrograms()).hasSize(3);
    assertThat(output())
        .contains("curl -H 'Host: hello' http://localhost:")
        .contains("curl -H 'Host: hello.example.com' http://localhost:");
    running.destroy();
    assertThat(running.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(alivePrograms()).isEmpty();
    assertThat(running.exitValue()).isEqualTo(128 + 15);
  }

  @Test
  void nothingOutlivesALauncherThatIsKilled() throws Exception {
    Process running = startAndAwaitReady();
    running.destroyForcibly();
    await().atMost(Duration.ofSeconds(10)).until(() -> alivePrograms().isEmpty());
  }

  @Test
  void aProgramThatDiesEndsTheOthersAndIsNamed() throws Exception {
    Process running = startAndAwaitReady();
    processOf("tproxy").destroyForcibly();
    assertThat(running.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(running.exitValue()).isEqualTo(1);
    assertThat(output()).contains("tproxy exited with code 137");
    assertThat(alivePrograms()).isEmpty();
  }

  @Test
  void whatAProgramComplainsAboutIsShownAsItIs() throws Exception {
    Process failing = start(Map.of("TESTING_COMPLAINT", "xds-server"));
    assertThat(failing.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(failing.exitValue()).isEqualTo(2);
    assertThat(output().lines().toList()).contains("xds-server: SOMETHING: is wrong");
    assertThat(alivePrograms()).isEmpty();
  }

  @Test
  void anEnvoyThatIsNotThereIsReportedWithItsSetting() throws Exception {
    Process failing = start(Map.of("ENVOY_BIN", "/nowhere/envoy"));
    assertThat(failing.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(failing.exitValue()).isEqualTo(2);
    assertThat(output()).contains("ENVOY_BIN: \"/nowhere/envoy\"");
  }

  private Process startAndAwaitReady() throws IOException {
    Process running = start(Map.of());
    await().atMost(START).until(() -> output().contains("Ctrl-C ends everything"));
    await().until(() -> output().contains("curl -H 'Host: hello.example.com'"));
    return running;
  }

  private Process start(Map<String, String> variables) throws IOException {
    Path services = home.resolve("services.yaml");
    Files.writeString(
        services,
        """
        services:
          - name: hello
            command: serve {port}
            hosts: [hello.example.com]
        """);
    ProcessBuilder builder =
        new ProcessBuilder(
            JAVA,
            "--enable-native-access=ALL-UNNAMED",
            "-Dzenvoy.distribution=" + home.resolve("cli"),
            "-cp",
            System.getProperty("java.class.path"),
            Zenvoy.class.getName(),
            "local",
            services.toString());
    builder.environment().putAll(TestingSettings.variables());
    builder.environment().put("ZENVOY_HOME", home.toString());
    builder.environment().put("ENVOY_BIN", home.resolve("envoy").toString());
    builder.environment().put("TESTING_PIDS", home.resolve("pids").toString());
    builder.environment().putAll(variables);
    builder.redirectErrorStream(true).redirectOutput(home.resolve("output").toFile());
    Process started = builder.start();
    launcher = started;
    return started;
  }

  private String output() throws IOException {
    return Files.readString(home.resolve("output"));
  }

  private ProcessHandle processOf(String name) throws IOException {
    return Files.readString(home.resolve("pids"), UTF_8)
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .flatMap(line -> ProcessHandle.of(Long.parseLong(line.split(" ", 2)[1])).stream())
        .findFirst()
        .orElseThrow();
  }

  private List<ProcessHandle> alivePrograms() throws IOException {
    Path pids = home.resolve("pids");
    if (!Files.exists(pids)) {
      return List.of();
    }
    return Files.readString(pids)
        .lines()
        .flatMap(line -> ProcessHandle.of(Long.parseLong(line.split(" ", 2)[1])).stream())
        .filter(ProcessHandle::isAlive)
        .toList();
  }

  private void install(String place, String name) throws IOException {
    Path program = home.resolve(place);
    Files.createDirectories(Objects.requireNonNull(program.getParent()));
    Files.writeString(
        program,
        String.join(
            " ",
            "#!/bin/sh\nexec",
            JAVA,
            "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp",
            System.getProperty("java.class.path"),
            TestingProgram.class.getName(),
            name,
            "\n"));
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
