package io.zenvoy.it.downstream;

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

  private final int port;
  private final List<String> options;

  private Ssh(int port, List<String> options) {
    this.port = port;
    this.options = options;
  }

  /**
   * Clients of a server.
   *
   * @param port on loopback
   */
  public static Ssh of(SshUpstream server, int port) throws IOException {
    Path known = Files.createTempFile("zenvoy-ssh-", ".known");
    Files.writeString(known, "[%s]:%d %s".formatted(HOST, port, server.hostKey()));
    return new Ssh(
        port,
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
    return client("ssh", "-p", SshUpstream.USER + "@" + HOST, command);
  }

  /** Copies a file into the user's home. */
  public ClientRun upload(Path from, String to) throws IOException, InterruptedException {
    return ClientRun.of(client("scp", "-P", from.toString(), remote(to)));
  }

  /** Copies a file from the user's home. */
  public ClientRun download(String from, Path to) throws IOException, InterruptedException {
    return ClientRun.of(client("scp", "-P", remote(from), to.toString()));
  }

  private static String remote(String file) {
    return SshUpstream.USER + "@" + HOST + ":" + file;
  }

  private List<String> client(String program, String portOption, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Installed.program(program, "openssh-client"));
    command.addAll(options);
    command.addAll(List.of(portOption, Integer.toString(port)));
    command.addAll(List.of(arguments));
    return command;
  }
}
