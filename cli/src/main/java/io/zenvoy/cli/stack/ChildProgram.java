package io.zenvoy.cli.stack;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.zenvoy.cli.events.LogEvent;
import io.zenvoy.common.process.ProcessGroup;
import io.zenvoy.common.process.ProcessGroups;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** One of the programs, whose log is read. Thread-safe. */
public final class ChildProgram {
  private static final int MAX_LINES = 20;

  private final String name;
  private final ProcessGroup group;
  private final CompletableFuture<Void> outputEnd = new CompletableFuture<>();

  @GuardedBy("this")
  private final ArrayDeque<String> lastLines = new ArrayDeque<>();

  @GuardedBy("this")
  private Optional<String> complaint = Optional.empty();

  private ChildProgram(String name, ProcessGroup group) {
    this.name = name;
    this.group = group;
  }

  /**
   * Starts a program in the current folder.
   *
   * @param events called for each event of its log, on a thread of its own
   */
  static ChildProgram start(
      String name,
      List<String> command,
      Map<String, String> environment,
      ProcessGroups groups,
      Consumer<LogEvent> events)
      throws IOException {
    ChildProgram program =
        new ChildProgram(
            name,
            groups.start(
                command, Path.of("").toAbsolutePath(), variables -> variables.putAll(environment)));
    Thread.ofVirtual().name("output of " + name).start(() -> program.read(events));
    return program;
  }

  public String name() {
    return name;
  }

  boolean isAlive() {
    return group.isAlive();
  }

  /** Completes with the exit code, after the last output was read. */
  public CompletableFuture<Integer> exit() {
    return group
        .exit()
        .thenCompose(
            code ->
                outputEnd
                    .copy()
                    .completeOnTimeout(null, 1, TimeUnit.SECONDS)
                    .thenApply(nothing -> code));
  }

  /** Up to 20 lines, the oldest first. */
  public synchronized List<String> lastLines() {
    return List.copyOf(lastLines);
  }

  /** What the program said in plain text, under its own name, before it gave up; if it did. */
  synchronized Optional<String> complaint() {
    return complaint;
  }

  /** Begins to end the program; {@link #exit} tells when it is done. */
  void end(Duration grace) {
    group.end(grace);
  }

  private void read(Consumer<LogEvent> events) {
    try (BufferedReader reader = new BufferedReader(new InputStreamReader(group.output(), UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        Optional<LogEvent> event = LogEvent.parse(line);
        remember(event.map(LogEvent::text).orElse(line));
        event.ifPresent(events);
      }
    } catch (IOException e) {
      remember("(its output was lost: " + e.getMessage() + ")");
    } finally {
      outputEnd.complete(null);
    }
  }

  private synchronized void remember(String line) {
    lastLines.addLast(line);
    if (line.startsWith(name + ": ")) {
      complaint = Optional.of(line);
    }
    if (lastLines.size() > MAX_LINES) {
      lastLines.removeFirst();
    }
  }
}
