package io.zenvoy.it.downstream;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The real psql, connected to one database. Used by one thread. */
public final class Psql implements AutoCloseable {
  private static final int PATIENCE_SECONDS = 90;

  private final Process process;
  private final Writer input;
  private final BufferedReader output;

  private Psql(Process process) {
    this.process = process;
    this.input = process.outputWriter(StandardCharsets.UTF_8);
    this.output = process.inputReader(StandardCharsets.UTF_8);
  }

  /**
   * Opens a session, which takes statements one after another.
   *
   * @param port on loopback
   */
  public static Psql open(int port, String... options) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "psql",
                "host=127.0.0.1 port=" + port + " user=postgres dbname=postgres",
                "-X",
                "-q",
                "-A",
                "-t",
                "-v",
                "ON_ERROR_STOP=1"));
    command.addAll(List.of(options));
    return new Psql(new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  /**
   * Runs statements and ends.
   *
   * @return what they have printed, or why they failed
   */
  public static String run(int port, String statements) throws IOException {
    try (Psql psql = open(port, "-c", statements)) {
      return psql.rest();
    }
  }

  /** Runs a statement that prints one line. */
  public String ask(String statement) throws IOException {
    input.write(statement + ";\n");
    input.flush();
    String line = output.readLine();
    return line == null ? "" : line;
  }

  private String rest() throws IOException {
    input.close();
    String printed = output.readAllAsString().strip();
    awaitEnd();
    return printed;
  }

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
        throw new IllegalStateException("psql does not end");
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
