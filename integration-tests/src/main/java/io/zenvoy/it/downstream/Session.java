package io.zenvoy.it.downstream;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A client program that is given one line after another and answers each with one. Used by one
 * thread.
 */
public final class Session implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 90;

  private final String name;
  private final Process process;
  private final Writer input;
  private final BufferedReader output;

  private Session(String name, Process process) {
    this.name = name;
    this.process = process;
    this.input = process.outputWriter(StandardCharsets.UTF_8);
    this.output = process.inputReader(StandardCharsets.UTF_8);
  }

  /** Starts a client. */
  public static Session open(List<String> command) throws IOException {
    return new Session(
        command.getFirst(), new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  /**
   * Gives it a line and waits for the next one of its output.
   *
   * @return empty if there will be none
   */
  public String ask(String line) throws IOException {
    input.write(line + "\n");
    input.flush();
    String answer = output.readLine();
    return answer == null ? "" : answer;
  }

  /**
   * Tells it that no line comes any more, and waits for its end.
   *
   * @return what it has still printed
   */
  public String rest() throws IOException {
    input.close();
    String printed = output.readAllAsString().strip();
    awaitEnd();
    return printed;
  }

  /** Tells it that no line comes any more, and waits for its end. */
  @Override
  public void close() {
    try {
      input.close();
      awaitEnd();
    } catch (IOException e) {
      process.destroyForcibly();
      throw new UncheckedIOException(e);
    }
  }

  private void awaitEnd() {
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException(name + " does not end");
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
