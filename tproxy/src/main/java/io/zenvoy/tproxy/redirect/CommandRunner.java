package io.zenvoy.tproxy.redirect;

import io.zenvoy.common.StartupException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs the system's packet filter tools and explains their failures in the settings' words. */
final class CommandRunner {
  /** A tool that waits longer than this for another one's lock is given up. */
  private static final long PATIENCE_SECONDS = 10;

  private final RedirectKind kind;

  CommandRunner(RedirectKind kind) {
    this.kind = kind;
  }

  private record Result(int exitCode, String output) {}

  /**
   * Runs a command that must succeed.
   *
   * @throws StartupException if it can't be started or fails
   */
  void run(List<String> command, String input) {
    Result result = execute(command, input);
    if (result.exitCode != 0) {
      throw new StartupException(explain(command, result));
    }
  }

  /** Whether a command ends with exit code 0. */
  boolean succeeds(List<String> command) {
    return execute(command, "").exitCode == 0;
  }

  private String explain(List<String> command, Result result) {
    String firstLine = result.output.lines().findFirst().orElse("no output");
    boolean forbidden =
        result.output.contains("Permission denied") || result.output.contains("not permitted");
    return setting()
        + (forbidden ? " needs the capability NET_ADMIN" : " failed")
        + " (expected: NET_ADMIN and a kernel with TPROXY, or TPROXY_CMD=none): "
        + command.getFirst()
        + " exited with "
        + result.exitCode
        + ": "
        + firstLine;
  }

  private Result execute(List<String> command, String input) {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new StartupException(
          setting()
              + ": the program "
              + command.getFirst()
              + " can't be run (expected: it is installed, or TPROXY_CMD=none)",
          e);
    }
    try {
      try (OutputStream standardInput = process.getOutputStream()) {
        standardInput.write(input.getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        // It ended without reading; its exit code and its words tell more.
      }
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new StartupException(
            setting() + ": " + command.getFirst() + " took over " + PATIENCE_SECONDS + " s");
      }
      return new Result(
          process.exitValue(),
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
      throw new StartupException(setting() + ": interrupted", e);
    } catch (IOException e) {
      throw new StartupException(setting() + ": " + e.getMessage(), e);
    }
  }

  private String setting() {
    return "TPROXY_CMD: \"" + kind.text() + "\"";
  }
}
