package io.zenvoy.example.echo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The program as a process of its own, as a container runs it. */
final class EchoProcessTest {
  private static final int EXIT_BY_SIGTERM = 128 + 15;

  private @Nullable Process process;

  @AfterEach
  void kill() {
    if (process != null) {
      process.destroyForcibly();
    }
  }

  @Test
  void sigtermEndsItAtOnce() throws Exception {
    Process echo = start(Map.of("PORT", freePort()));
    assertThat(firstLine(echo)).startsWith("echo: listening on port ");

    echo.destroy();

    assertThat(echo.waitFor(5, TimeUnit.SECONDS)).isTrue();
    assertThat(echo.exitValue()).isEqualTo(EXIT_BY_SIGTERM);
  }

  @Test
  void sigtermEndsItWhileItStillPretendsToStart() throws Exception {
    Process echo = start(Map.of("PORT", freePort(), "STARTUP_DELAY", "1h"));
    assertThat(firstLine(echo)).isEqualTo("echo: waiting for 1h");

    echo.destroy();

    assertThat(echo.waitFor(5, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void itListensOnceTheStartupDelayIsOver() throws Exception {
    Process echo = start(Map.of("PORT", freePort(), "STARTUP_DELAY", "10ms"));

    try (BufferedReader lines = echo.inputReader()) {
      assertThat(lines.readLine()).isEqualTo("echo: waiting for 10ms");
      assertThat(lines.readLine()).startsWith("echo: listening on port ");
    }
  }

  @Test
  void aBadSettingIsOneLineAndExitCodeTwo() throws Exception {
    Process echo = start(Map.of("STARTUP_DELAY", "soon"));

    assertThat(firstLine(echo))
        .isEqualTo("echo: STARTUP_DELAY: \"soon\" (expected: a duration such as 500ms or 10s)");
    assertThat(echo.waitFor(5, TimeUnit.SECONDS)).isTrue();
    assertThat(echo.exitValue()).isEqualTo(2);
  }

  private Process start(Map<String, String> environment) throws IOException {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    ProcessBuilder builder =
        new ProcessBuilder(
                java.toString(), "-cp", System.getProperty("java.class.path"), Echo.class.getName())
            .redirectErrorStream(true);
    builder.environment().putAll(environment);
    process = builder.start();
    return process;
  }

  private static String firstLine(Process echo) throws IOException {
    String line = echo.inputReader().readLine();
    return line == null ? "" : line;
  }

  private static String freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return Integer.toString(socket.getLocalPort());
    }
  }
}
