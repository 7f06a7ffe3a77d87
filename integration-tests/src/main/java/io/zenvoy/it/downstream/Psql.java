package io.zenvoy.it.downstream;

import io.zenvoy.it.Installed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The real psql, connected to one database. Used by one thread. */
public final class Psql implements AutoCloseable {
  private final Session session;

  private Psql(Session session) {
    this.session = session;
  }

  /**
   * Opens a session, which takes statements one after another.
   *
   * @param port on loopback
   */
  public static Psql open(int port) throws IOException {
    return connect(parameters("127.0.0.1", port));
  }

  /**
   * Runs statements and ends.
   *
   * @return what they have printed, or why they failed
   */
  public static String run(int port, String statements) throws IOException {
    return run(parameters("127.0.0.1", port), statements);
  }

  /**
   * Runs statements over TLS and ends.
   *
   * @param name that the server's certificate has to have
   * @param trusted the certificate of its authority
   */
  public static String runTls(int port, String name, Path trusted, String statements)
      throws IOException {
    return run(
        parameters(name, port)
            + " hostaddr=127.0.0.1 sslmode=verify-full sslrootcert=%s".formatted(trusted),
        statements);
  }

  private static String run(String parameters, String statements) throws IOException {
    try (Psql psql = connect(parameters, "-c", statements)) {
      return psql.session.rest();
    }
  }

  private static String parameters(String host, int port) {
    return "host=%s port=%d user=postgres dbname=postgres".formatted(host, port);
  }

  private static Psql connect(String parameters, String... options) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Installed.program("psql", "postgresql-client"),
                parameters,
                "-X",
                "-q",
                "-A",
                "-t",
                "-v",
                "ON_ERROR_STOP=1"));
    command.addAll(List.of(options));
    return new Psql(Session.open(command));
  }

  /** Runs a statement that prints one line. */
  public String ask(String statement) throws IOException {
    return session.ask(statement + ";");
  }

  @Override
  public void close() {
    session.close();
  }
}
