package io.zenvoy.it;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A process that a test has started. What it writes goes to a file of its own. It ends when it is
 * closed, and at the latest with the Java virtual machine. Thread-safe.
 */
public final class ChildProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** What a child inherits of our own environment; everything else would make tests differ. */
  private static final Set<String> INHERITED =
      Set.of("PATH", "HOME", "TMPDIR", "LANG", "XTABLES_LOCKFILE");

  private static final ConcurrentLinkedDeque<ChildProcess> STARTED = new ConcurrentLinkedDeque<>();

  static {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> STARTED.forEach(child -> child.process.destroyForcibly())));
  }

  private final String name;
  private final Path log;
  private final Process process;

  private ChildProcess(String name, Path log, Process process) {
    this.name = name;
    this.log = log;
    this.process = process;
  }

  /**
   * Starts a program.
   *
   * @param log where its standard output and error go; what an earlier process of the test wrote
   *     there is kept
   * @param environment what it gets besides {@code PATH}, {@code HOME}, {@code JAVA_HOME} and the
   *     like
   */
  public static ChildProcess start(
      String name, Path log, Map<String, String> environment, List<String> command) {
    try {
      Files.createDirectories(log.toAbsolutePath().getParent());
      File file = log.toFile();
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(file))
              .redirectInput(new File("/dev/null"));
      builder.environment().keySet().retainAll(INHERITED);
      builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
      builder.environment().putAll(environment);
      ChildProcess child = new ChildProcess(name, log, builder.start());
      STARTED.add(child);
      return child;
    } catch (IOException e) {
      throw new UncheckedIOException("can't start " + name + ": " + command, e);
    }
  }

  /** From now on {@link #lastLinesOfAll} leaves out those that have ended by now. */
  static void forgetEnded() {
    STARTED.removeIf(child -> !child.isAlive());
  }

  /** The last lines of every process, for a failed test. */
  public static String lastLinesOfAll(int lines) {
    return STARTED.stream().map(child -> child.describe(lines)).collect(Collectors.joining());
  }

  /**
   * The processor time that each process has had that runs, by its name; those of one name
   * together.
   */
  public static Map<String, Duration> processorTimes() {
    Map<String, Duration> times = new TreeMap<>();
    STARTED.stream()
        .filter(ChildProcess::isAlive)
        .forEach(
            child ->
                child
                    .process
                    .info()
                    .totalCpuDuration()
                    .ifPresent(time -> times.merge(child.name, time, Duration::plus)));
    return times;
  }

  public String name() {
    return name;
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Where what it writes goes. */
  public Path log() {
    return log;
  }

  public long pid() {
    return process.pid();
  }

  /** Everything that was written so far. */
  public String output() {
    try {
      return new String(Files.readAllBytes(log), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Waits for the end.
   *
   * @return the exit code
   * @throws IllegalStateException if it still runs after the time
   */
  public int awaitExit(Duration limit) {
    try {
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException(name + " still runs after " + limit + describe(20));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for " + name, e);
    }
    return process.exitValue();
  }

  /**
   * Sends SIGTERM and waits for the end.
   *
   * @return the exit code
   */
  public int terminate() {
    process.destroy();
    return awaitExit(PATIENCE);
  }

  /** Sends SIGTERM; does not wait. */
  public void askToEnd() {
    process.destroy();
  }

  /** Sends SIGKILL and waits for the end. */
  public void kill() {
    process.destroyForcibly();
    awaitExit(PATIENCE);
  }

  /** Stops the process in its tracks (SIGSTOP): its connections stay open and nothing answers. */
  public void freeze() {
    signal("STOP");
  }

  /** Lets a frozen process go on. */
  public void thaw() {
    signal("CONT");
  }

  /**
   * Fails with the process's last words if it has ended.
   *
   * @param waitedFor what the caller waits for, for the message
   */
  public void requireAlive(String waitedFor) {
    if (!process.isAlive()) {
      throw new IllegalStateException(
          name
              + " has ended before "
              + waitedFor
              + ", exit code "
              + process.exitValue()
              + describe(20));
    }
  }

  /** Ends the process with SIGTERM, after 20 seconds with SIGKILL. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        kill();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private void signal(String signal) {
    try {
      new ProcessBuilder("kill", "-" + signal, Long.toString(pid())).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String describe(int lines) {
    Function<String, String> last =
        text -> {
          List<String> all = text.lines().toList();
          return String.join("\n", all.subList(Math.max(0, all.size() - lines), all.size()));
        };
    String state = process.isAlive() ? "running" : "ended with " + process.exitValue();
    return "\n--- " + name + " (" + state + ", " + log + ")\n" + last.apply(output()) + "\n";
  }
}
