package io.zenvoy.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/**
 * Starts xds-server and tproxy as a user does: their start scripts with an environment. Closing it
 * ends what it has started, in reverse. Not thread-safe.
 */
public final class Programs implements AutoCloseable {
  private static final Duration READY_WITHIN = Duration.ofSeconds(60);

  private final String test;
  private final Deque<RunningProgram> started = new ArrayDeque<>();

  /**
   * @param test names the folder under {@code target/logs} for what the programs write
   */
  public Programs(String test) {
    this.test = test;
  }

  /** A program that runs, or ran. */
  public record RunningProgram(ChildProcess process, int adminPort) {
    /** Blocks until {@code /readyz} answers 200, for a minute at most. */
    public RunningProgram awaitReady() {
      Awaitility.await(process.name() + " is ready")
          .atMost(READY_WITHIN)
          .pollInterval(Duration.ofMillis(20))
          .until(
              () -> {
                process.requireAlive("it was ready");
                return HttpProbe.answers(adminPort, "/readyz");
              });
      return this;
    }
  }

  /** Starts the control plane on a free admin port unless one is given. */
  public RunningProgram xdsServer(Map<String, String> environment) {
    return start("xds-server", List.of(), environment);
  }

  /** Starts the daemon on a free admin port unless one is given. */
  public RunningProgram tproxy(Map<String, String> environment) {
    return start("tproxy", List.of(), environment);
  }

  /** The same without the capabilities that redirecting needs. */
  public RunningProgram unprivilegedTproxy(Map<String, String> environment) {
    return start(
        "tproxy", List.of("setpriv", "--bounding-set", "-net_admin,-net_raw"), environment);
  }

  private RunningProgram start(
      String program, List<String> wrapper, Map<String, String> environment) {
    Map<String, String> complete = new LinkedHashMap<>(environment);
    complete.computeIfAbsent("ADMIN_PORT", key -> Integer.toString(FreePorts.next()));
    List<String> command = new ArrayList<>(wrapper);
    command.add(Project.program(program).toString());
    // The second one of a test, after a restart, gets a log of its own.
    Path log = Project.logs(test).resolve("%s-%d.log".formatted(program, started.size() + 1));
    deleteEarlierRun(log);
    ChildProcess process = ChildProcess.start(program, log, complete, command);
    // Tests of bad input pass what is not a number.
    String port = complete.getOrDefault("ADMIN_PORT", "");
    RunningProgram running =
        new RunningProgram(process, port.matches("\\d{1,5}") ? Integer.parseInt(port) : 0);
    started.push(running);
    return running;
  }

  @Override
  public void close() {
    while (!started.isEmpty()) {
      started.pop().process().close();
    }
  }

  private static void deleteEarlierRun(Path log) {
    try {
      Files.deleteIfExists(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
