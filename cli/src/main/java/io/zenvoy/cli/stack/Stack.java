package io.zenvoy.cli.stack;

import io.zenvoy.cli.events.Journal;
import io.zenvoy.common.StartupException;
import io.zenvoy.common.process.ProcessGroups;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * xds-server, tproxy and Envoy, started together and ended together. Started by one thread; may be
 * closed by any.
 */
public final class Stack implements AutoCloseable {
  /** xds-server gives each upstream process ten seconds to end. */
  private static final Duration END_GRACE = Duration.ofSeconds(15);

  private static final Duration START_TIMEOUT = Duration.ofMinutes(2);
  private static final Duration CHECK_PAUSE = Duration.ofMillis(20);

  private final LauncherSettings settings;
  private final Installation installation;
  private final Probe probe;
  private final ProcessGroups groups;
  private final Path folder;
  private final Journal journal = new Journal();
  private final List<ChildProgram> programs = new CopyOnWriteArrayList<>();
  private final AtomicBoolean closed = new AtomicBoolean();

  private Stack(
      LauncherSettings settings,
      Installation installation,
      Probe probe,
      ProcessGroups groups,
      Path folder) {
    this.settings = settings;
    this.installation = installation;
    this.probe = probe;
    this.groups = groups;
    this.folder = folder;
  }

  /**
   * Checks what can be checked before anything is started.
   *
   * @throws StartupException if a port is taken, or processes can't be started here
   */
  public static Stack prepare(LauncherSettings settings, Installation installation, Probe probe) {
    PortCheck.requireFree(settings, probe);
    try {
      return new Stack(
          settings,
          installation,
          probe,
          ProcessGroups.open(END_GRACE),
          Files.createTempDirectory("zenvoy"));
    } catch (IOException e) {
      throw new StartupException("programs can't be started here: " + e.getMessage(), e);
    }
  }

  /** A folder of this run's own. */
  public Path folder() {
    return folder;
  }

  /** What the programs tell. */
  public Journal journal() {
    return journal;
  }

  public List<ChildProgram> programs() {
    return List.copyOf(programs);
  }

  /**
   * Starts all programs and returns when they can serve.
   *
   * @param services the file of the local services
   * @param environment the user's variables
   * @param defaults settings of xds-server that hold unless the user has set them
   * @param progress told one line at a time
   * @throws ProgramFailedException if one of them can't start or does not become ready in two
   *     minutes
   */
  public void start(
      Path services,
      Map<String, String> environment,
      Map<String, String> defaults,
      Consumer<String> progress)
      throws ProgramFailedException, IOException, InterruptedException {
    Path envoy = installation.envoy();
    Path bootstrap =
        Files.writeString(folder.resolve("envoy.yaml"), EnvoyBootstrap.render(settings));
    ProgramEnvironment variables = new ProgramEnvironment(settings, environment);
    progress.accept("starting xds-server, tproxy and Envoy (" + envoy + ")");
    long began = System.nanoTime();
    ChildProgram xdsServer =
        launch(
            "xds-server",
            List.of(installation.xdsServer().toString()),
            variables.xdsServer(services, defaults));
    ChildProgram tproxy =
        launch("tproxy", List.of(installation.tproxy().toString()), variables.tproxy());
    ChildProgram proxy = launch("envoy", envoyCommand(envoy, bootstrap), Map.of());
    awaitReady(
        List.of(
            new Readiness(xdsServer, () -> probe.isOk(settings.xdsAdminPort(), "/readyz")),
            new Readiness(tproxy, () -> probe.isOk(settings.tproxyAdminPort(), "/readyz")),
            new Readiness(
                proxy,
                () ->
                    probe.isOk(settings.envoyAdminPort(), "/ready")
                        && probe.isOpen(settings.httpPort()))),
        began,
        progress);
  }

  /** Returns when a program has exited, which none does by itself. */
  public ProgramFailedException awaitFailure() throws InterruptedException {
    CompletableFuture<ProgramFailedException> failure = new CompletableFuture<>();
    for (ChildProgram program : programs) {
      var _ =
          program
              .exit()
              .thenAccept(code -> failure.complete(ProgramFailedException.exited(program, code)));
    }
    try {
      return failure.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("completed normally only", e);
    }
  }

  /** Whether the end has begun: from then on, programs that exit are no news. */
  public boolean isClosed() {
    return closed.get();
  }

  /** Ends all programs and waits for them: at most 20 seconds. Idempotent. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed.getAndSet(true)) {
        return;
      }
    }
    programs.forEach(program -> program.end(END_GRACE));
    CompletableFuture<?>[] exits =
        programs.stream().map(ChildProgram::exit).toArray(CompletableFuture<?>[]::new);
    try {
      CompletableFuture.allOf(exits).get(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      // The warden ends what is left.
    } finally {
      groups.close();
      deleteFolder();
    }
  }

  private synchronized ChildProgram launch(
      String name, List<String> command, Map<String, String> variables) throws IOException {
    if (closed.get()) {
      throw new IOException("stopping");
    }
    ChildProgram program = ChildProgram.start(name, command, variables, groups, journal::add);
    programs.add(program);
    return program;
  }

  private static List<String> envoyCommand(Path envoy, Path bootstrap) {
    return List.of(
        envoy.toString(),
        "--config-path",
        bootstrap.toString(),
        "--use-dynamic-base-id",
        "--concurrency",
        "2",
        "--log-level",
        "warn");
  }

  private void awaitReady(List<Readiness> all, long began, Consumer<String> progress)
      throws ProgramFailedException, InterruptedException {
    List<Readiness> waiting = new ArrayList<>(all);
    while (!waiting.isEmpty()) {
      failIfExited();
      for (Readiness next : List.copyOf(waiting)) {
        if (next.check().isReady()) {
          waiting.remove(next);
          double seconds = Duration.ofNanos(System.nanoTime() - began).toMillis() / 1000.0;
          progress.accept(
              String.format("  %-10s ready after %.1f s", next.program().name(), seconds));
        }
      }
      if (System.nanoTime() - began > START_TIMEOUT.toNanos()) {
        throw ProgramFailedException.because(
            waiting.getFirst().program().name()
                + " is not ready after "
                + START_TIMEOUT.toSeconds()
                + " s",
            waiting.stream().map(Readiness::program).toList());
      }
      Thread.sleep(CHECK_PAUSE);
    }
  }

  private void failIfExited() throws ProgramFailedException {
    for (ChildProgram program : programs) {
      if (!program.isAlive()) {
        throw ProgramFailedException.exited(program, program.exit().join());
      }
    }
  }

  private void deleteFolder() {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(folder);
    } catch (IOException e) {
      // It is in the system's folder for temporary files, which is emptied anyhow.
    }
  }
}
