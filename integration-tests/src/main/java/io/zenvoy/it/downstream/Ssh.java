package io.zenvoy.it.downstream;

import io.zenvoy.common.HostPort;
import io.zenvoy.it.Installed;
import io.zenvoy.it.upstream.SshUpstream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The real ssh and scp, which accept no other server than the one that is expected. */
public final class Ssh {
  private static final String HOST = "127.0.0.1";

  private final HostPort address;
  private final List<String> options;

  private Ssh(HostPort address, List<String> options) {
    this.address = address;
    this.options = options;
  }

  /**
   * Clients of a server.
   *
   * @param port on loopback
   */
  public static Ssh of(SshUpstream server, int port) throws IOException {
    return of(server, new HostPort(HOST, port));
  }

  /** Clients of a server that has been given an address. */
  public static Ssh of(SshUpstream server, HostPort address) throws IOException {
    Path known = Files.createTempFile("zenvoy-ssh-", ".known");
    Files.writeString(
        known, "[%s]:%d %s".formatted(address.host(), address.port(), server.hostKey()));
    return new Ssh(
        address,
        List.of(
            "-q",
            "-F",
            "none",
            "-i",
            server.clientKey().toString(),
            "-o",
            "BatchMode=yes",
            "-o",
            "StrictHostKeyChecking=yes",
            "-o",
            "UserKnownHostsFile=" + known));
  }

  /** Runs a command at the server and ends. */
  public ClientRun run(String command) throws IOException, InterruptedException {
    return ClientRun.of(ssh(command));
  }

  /** Starts a command at the server that answers each line with one. */
  public Session open(String command) throws IOException {
    return Session.open(ssh(command));
  }

  private List<String> ssh(String command) {
    return client("ssh", "-p", SshUpstream.USER + "@" + address.host(), command);
  }

  /** Copies a file into the user's home. */
  public ClientRun upload(Path from, String to) throws IOException, InterruptedException {
    return ClientRun.of(client("scp", "-P", from.toString(), remote(to)));
  }

  /** Copies a file from the user's home. */
  public ClientRun download(String from, Path to) throws IOException, InterruptedException {
    return ClientRun.of(client("scp", "-P", remote(from), to.toString()));
  }

  private String remote(String file) {
    return SshUpstream.USER + "@" + address.host() + ":" + file;
  }

  private List<String> client(String program, String portOption, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Installed.program(program, "openssh-client"));
    command.addAll(options);
    command.addAll(List.of(portOption, Integer.toString(address.port())));
    command.addAll(List.of(arguments));
    return command;
  }
}
