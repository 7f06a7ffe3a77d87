package io.zenvoy.it.downstream;

import io.zenvoy.it.Installed;
import java.io.IOException;
import java.nio.file.Path;

/** The real socat, which ends each direction for itself. */
public final class Socat {
  /** How long one direction may be silent after the end of the other. */
  private static final String PATIENCE_SECONDS = "60";

  private Socat() {}

  /**
   * Sends a file, ends this direction, and reads until the other one ends.
   *
   * @param port on loopback
   * @param answer the file that is made of what it reads
   */
  public static ClientRun exchange(int port, Path question, Path answer)
      throws IOException, InterruptedException {
    return ClientRun.of(
        Installed.program("socat", "socat"),
        "-t",
        PATIENCE_SECONDS,
        "OPEN:%s,rdonly!!CREATE:%s".formatted(question, answer),
        "TCP:127.0.0.1:" + port);
  }
}
