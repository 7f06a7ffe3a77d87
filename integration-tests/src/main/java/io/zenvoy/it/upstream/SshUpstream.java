package io.zenvoy.it.upstream;

import io.zenvoy.it.Installed;
import io.zenvoy.it.downstream.ClientRun;
import io.zenvoy.it.kube.Container;
import io.zenvoy.it.kube.ContainerRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Pods that run OpenSSH's server with one user, whose home is a folder that all pods share, as with
 * a volume. Thread-safe.
 */
public final class SshUpstream implements ContainerRuntime {
  /** Who may log in. */
  public static final String USER = "zenvoy";

  private static final String DEBIAN_PACKAGE = "openssh-server";

  /**
   * A server that is root separates its privileges, for which it needs users that the tests'
   * namespace does not have. So it is none, and finds itself in a user database of its own.
   */
  private static final String UNPRIVILEGED =
      """
      mount --bind "$0" /etc/passwd && exec unshare --user --map-user=2000 --map-group=2000 "$@"
      """;

  private final String test;
  private final int port;
  private final Path folder;

  private SshUpstream(String test, int port, Path folder) {
    this.test = test;
    this.port = port;
    this.folder = folder;
  }

  /**
   * Makes the keys.
   *
   * @param port that the pods listen on
   * @throws IllegalStateException if OpenSSH is not installed
   */
  public static SshUpstream on(String test, int port) throws IOException, InterruptedException {
    SshUpstream upstream = new SshUpstream(test, port, Files.createTempDirectory("zenvoy-ssh-"));
    Files.createDirectory(upstream.home());
    makeKey(upstream.folder.resolve("host"));
    makeKey(upstream.clientKey());
    upstream.configure();
    return upstream;
  }

  /** Neither this machine's users nor how they log in are of any interest. */
  private void configure() throws IOException {
    Files.writeString(
        configuration(),
        """
        HostKey %1$s/host
        AuthorizedKeysFile %1$s/client.pub
        PidFile none
        UsePAM no
        StrictModes no
        Subsystem sftp internal-sftp
        """
            .formatted(folder));
    Files.writeString(users(), "%s:*:2000:2000::%s:/bin/sh\n".formatted(USER, home()));
  }

  private static void makeKey(Path file) throws IOException, InterruptedException {
    ClientRun.of(
            Installed.program("ssh-keygen", "openssh-client"),
            "-q",
            "-t",
            "ed25519",
            "-N",
            "",
            "-f",
            file.toString())
        .successful();
  }

  /** The folder in which the user is after logging in. */
  public Path home() {
    return folder.resolve("home");
  }

  /** By which the user logs in. */
  public Path clientKey() {
    return folder.resolve("client");
  }

  /** By which clients know the server: a line of ssh's {@code known_hosts} but for the host. */
  public String hostKey() throws IOException {
    return Files.readString(folder.resolve("host.pub"));
  }

  @Override
  public Container start(String pod, String address) {
    return new ProgramUpstream(test, this::server, ProgramUpstream.Probe.listener(port))
        .start(pod, address);
  }

  private List<String> server(String address) {
    return List.of(
        "unshare",
        "--mount",
        "sh",
        "-c",
        UNPRIVILEGED,
        users().toString(),
        Installed.program("sshd", DEBIAN_PACKAGE),
        "-D",
        "-e",
        "-f",
        configuration().toString(),
        "-o",
        "ListenAddress=" + address,
        "-p",
        Integer.toString(port));
  }

  private Path configuration() {
    return folder.resolve("sshd_config");
  }

  private Path users() {
    return folder.resolve("passwd");
  }
}
