package io.zenvoy.common.process;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Starts programs, each in a session of its own (setsid(1)). None outlives this process, even if it
 * is ended by {@code kill -9}. A program that makes itself another session leaves its group, and
 * with that this guarantee. Thread-safe.
 */
public final class ProcessGroups implements AutoCloseable {
  /** The program begins only at our word, when the warden already knows it: no gap to fall into. */
  private static final String GATE = "IFS= read -r go && exec \"$@\" </dev/null";

  private final Warden warden;

  private ProcessGroups(Warden warden) {
    this.warden = warden;
  }

  /**
   * Starts to keep watch.
   *
   * @param grace how long programs have to end by themselves when this process has vanished
   * @throws IOException if {@code setsid} or {@code sh} can't be started
   */
  public static ProcessGroups open(Duration grace) throws IOException {
    return new ProcessGroups(Warden.start(grace));
  }

  /**
   * Starts a program with nothing on its standard input. One that does not exist exits with code
   * 127.
   *
   * @param command the program, found on the {@code PATH}, and its arguments
   * @param environment makes the program's environment out of this process's own
   */
  public ProcessGroup start(
      List<String> command, Path directory, Consumer<Map<String, String>> environment)
      throws IOException {
    List<String> gated = new ArrayList<>(List.of("setsid", "sh", "-c", GATE, "sh"));
    gated.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(gated);
    builder.directory(directory.toFile());
    environment.accept(builder.environment());
    builder.redirectErrorStream(true);
    Process process = builder.start();
    try {
      warden.watch(process.pid());
    } catch (IOException e) {
      process.destroyForcibly();
      throw e;
    }
    ProcessGroup group = new ProcessGroup(process, () -> warden.forget(process.pid()));
    try (OutputStream gate = process.getOutputStream()) {
      gate.write('\n');
    } catch (IOException e) {
      // Ended before it began: its exit code tells.
    }
    return group;
  }

  /** Ends in the background what is still running. */
  @Override
  public void close() {
    warden.close();
  }
}
