package io.zenvoy.it.upstream;

import io.zenvoy.it.ChildProcess;
import io.zenvoy.it.Project;
import io.zenvoy.it.SelfSigned;
import io.zenvoy.it.kube.Container;
import io.zenvoy.it.kube.ContainerRuntime;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Pods that run a real PostgreSQL. All of them have the same data folder, as with a volume, so only
 * one may run at a time. Thread-safe.
 */
public final class PostgresUpstream implements ContainerRuntime {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Path INSTALLED = Path.of("/usr/lib/postgresql");

  private final String test;
  private final int port;
  private final Path programs;
  private final Path data;
  private final List<String> settings;

  private PostgresUpstream(String test, int port, Path programs, Path data, List<String> settings) {
    this.test = test;
    this.port = port;
    this.programs = programs;
    this.data = data;
    this.settings = settings;
  }

  /**
   * Makes an empty database cluster.
   *
   * @param port that the pods listen on
   * @throws IllegalStateException if PostgreSQL is not installed
   */
  public static PostgresUpstream on(String test, int port) throws IOException {
    return with(test, port, List.of());
  }

  /** The same with clients that may ask for TLS. */
  public static PostgresUpstream tls(String test, int port, SelfSigned identity)
      throws IOException {
    return with(
        test,
        port,
        List.of(
            "-c",
            "ssl=on",
            "-c",
            "ssl_cert_file=" + identity.certificate(),
            "-c",
            "ssl_key_file=" + identity.key()));
  }

  private static PostgresUpstream with(String test, int port, List<String> settings)
      throws IOException {
    Path data = Files.createTempDirectory("zenvoy-postgres-");
    PostgresUpstream upstream = new PostgresUpstream(test, port, programs(), data, settings);
    upstream.runAsOwner(
        upstream.program("initdb"), "-D", data + "/data", "-U", "postgres", "-A", "trust", "-N");
    Files.writeString(
        data.resolve("data/pg_hba.conf"), "host all all all trust\n", StandardOpenOption.APPEND);
    return upstream;
  }

  @Override
  public Container start(String pod, String address) {
    Container server = new ProgramUpstream(test, this::server, this::accepts).start(pod, address);
    return new Server(server);
  }

  private List<String> server(String address) {
    List<String> command =
        asOwner(
            program("postgres"),
            "-D",
            data + "/data",
            "-h",
            address,
            "-p",
            Integer.toString(port),
            "-k",
            data.toString(),
            "-c",
            "max_connections=300");
    command.addAll(settings);
    return command;
  }

  private boolean accepts(String address) {
    return exitCode(
            List.of(program("pg_isready"), "-q", "-h", address, "-p", Integer.toString(port)))
        == 0;
  }

  /** Ends as PostgreSQL wants it: its SIGTERM waits for the clients. */
  private final class Server implements Container {
    private final Container process;

    private Server(Container process) {
      this.process = process;
    }

    @Override
    public CompletableFuture<Void> ready() {
      return process.ready();
    }

    @Override
    public void close() {
      exitCode(asOwner(program("pg_ctl"), "stop", "-D", data + "/data", "-m", "fast"));
      process.close();
    }
  }

  private void runAsOwner(String... command) {
    run(asOwner(command));
  }

  private void run(List<String> command) {
    int exitCode = exitCode(command);
    if (exitCode != 0) {
      throw new IllegalStateException(command + " ended with " + exitCode);
    }
  }

  private int exitCode(List<String> command) {
    return ChildProcess.start(
            Path.of(command.getFirst()).getFileName().toString(),
            Project.logs(test).resolve("postgres-tools.log"),
            Map.of(),
            command)
        .awaitExit(PATIENCE);
  }

  /** PostgreSQL refuses to run as root, which need not be allowed to become somebody else here. */
  private static List<String> asOwner(String... command) {
    List<String> line = new ArrayList<>();
    if (isRoot()) {
      line.addAll(List.of("unshare", "--user", "--map-user=postgres", "--map-group=postgres"));
    }
    line.addAll(List.of(command));
    return line;
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private String program(String name) {
    return programs.resolve(name).toString();
  }

  private static Path programs() throws IOException {
    if (Files.isDirectory(INSTALLED)) {
      try (DirectoryStream<Path> versions = Files.newDirectoryStream(INSTALLED)) {
        for (Path version : versions) {
          if (Files.isExecutable(version.resolve("bin/initdb"))) {
            return version.resolve("bin");
          }
        }
      }
    }
    throw new IllegalStateException("no PostgreSQL in " + INSTALLED + ": install postgresql");
  }
}
