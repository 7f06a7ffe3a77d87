package io.zenvoy.it.upstream;

import io.zenvoy.it.ChildProcess;
import io.zenvoy.it.Installed;
import io.zenvoy.it.Project;
import io.zenvoy.it.SelfSigned;
import io.zenvoy.it.kube.Container;
import io.zenvoy.it.kube.ContainerRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Pods that run a real MariaDB. All of them have the same data folder, as with a volume, so only
 * one may run at a time. Its clients may ask for TLS. Thread-safe.
 */
public final class MariadbUpstream implements ContainerRuntime {
  /** Who may do everything, without a password. */
  public static final String USER = "app";

  private static final String DEBIAN_PACKAGE = "mariadb-server-core";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** The file of it has one statement a line. */
  private static final String AT_START =
      """
      create user if not exists %1$s@'%%';
      grant all on *.* to %1$s@'%%';
      """
          .formatted(USER);

  private final String test;
  private final int port;
  private final SelfSigned identity;
  private final Path folder;

  private MariadbUpstream(String test, int port, SelfSigned identity, Path folder) {
    this.test = test;
    this.port = port;
    this.identity = identity;
    this.folder = folder;
  }

  /**
   * Makes an empty database.
   *
   * @param port that the pods listen on
   * @param identity for clients that ask for TLS
   * @throws IllegalStateException if MariaDB is not installed
   */
  public static MariadbUpstream on(String test, int port, SelfSigned identity) throws IOException {
    Path folder = Files.createTempDirectory("zenvoy-mariadb-");
    Files.writeString(folder.resolve("start.sql"), AT_START);
    MariadbUpstream upstream = new MariadbUpstream(test, port, identity, folder);
    upstream.install();
    return upstream;
  }

  private void install() {
    int exitCode =
        ChildProcess.start(
                "mariadb-install-db",
                Project.logs(test).resolve("mariadb-install-db.log"),
                Map.of(),
                List.of(
                    Installed.program("mariadb-install-db", DEBIAN_PACKAGE),
                    "--no-defaults",
                    "--datadir=" + data(),
                    "--skip-test-db"))
            .awaitExit(PATIENCE);
    if (exitCode != 0) {
      throw new IllegalStateException("mariadb-install-db ended with " + exitCode);
    }
  }

  @Override
  public Container start(String pod, String address) {
    return new ProgramUpstream(test, this::server, ProgramUpstream.Probe.listener(port))
        .start(pod, address);
  }

  private List<String> server(String address) {
    return List.of(
        Installed.program("mariadbd", DEBIAN_PACKAGE),
        "--no-defaults",
        "--user=" + System.getProperty("user.name"),
        "--datadir=" + data(),
        "--socket=" + folder.resolve("socket"),
        "--pid-file=" + folder.resolve("pid"),
        "--bind-address=" + address,
        "--port=" + port,
        "--skip-name-resolve",
        "--init-file=" + folder.resolve("start.sql"),
        "--ssl-cert=" + identity.certificate(),
        "--ssl-key=" + identity.key());
  }

  private Path data() {
    return folder.resolve("data");
  }
}
