package io.zenvoy.it.downstream;

import io.zenvoy.it.Installed;
import io.zenvoy.it.upstream.MariadbUpstream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The real client of MariaDB, which waits for the server's greeting before it says anything.
 *
 * @param port on loopback
 */
public record Mariadb(int port) {
  /** Runs statements and ends. */
  public ClientRun run(String statements) throws IOException, InterruptedException {
    return ClientRun.of(command("--execute=" + statements));
  }

  /**
   * Runs statements over TLS and ends.
   *
   * @param trusted the certificate of the server's authority
   */
  public ClientRun runTls(Path trusted, String statements)
      throws IOException, InterruptedException {
    return ClientRun.of(
        command("--ssl-ca=" + trusted, "--ssl-verify-server-cert", "--execute=" + statements));
  }

  /** A session that takes statements, each on one line, which print one line. */
  public Session open() throws IOException {
    return Session.open(command());
  }

  private List<String> command(String... options) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Installed.program("mariadb", "mariadb-client"),
                "--no-defaults",
                "--protocol=TCP",
                "--host=localhost",
                "--port=" + port,
                "--user=" + MariadbUpstream.USER,
                "--batch",
                "--skip-column-names",
                "--unbuffered"));
    command.addAll(List.of(options));
    return command;
  }
}
