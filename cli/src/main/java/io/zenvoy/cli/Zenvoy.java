package io.zenvoy.cli;

import io.zenvoy.cli.stack.Installation;
import io.zenvoy.cli.stack.LauncherSettings;
import io.zenvoy.cli.stack.Probe;
import io.zenvoy.cli.stack.ProgramFailedException;
import io.zenvoy.cli.stack.Stack;
import io.zenvoy.common.Program;
import io.zenvoy.common.StartupException;
import io.zenvoy.common.environment.Environment;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Composition root of the command line. */
@Command(
    name = "zenvoy",
    mixinStandardHelpOptions = true,
    versionProvider = Zenvoy.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    description = "Services behind Envoy that sleep at zero and wake when a client connects.",
    footer = {
      "",
      "Environment variables:",
      "  HTTP_PORT (10000)         where Envoy listens for clients",
      "  ENVOY_ADMIN_PORT (10001)  Envoy's admin port",
      "  XDS_PORT (18000), XDS_ADMIN_PORT (18080)      xds-server's ports",
      "  PROXY_PORT (18001), TPROXY_ADMIN_PORT (18081) tproxy's ports",
      "  ENVOY_BIN                 the Envoy to use",
      "All other settings of xds-server and tproxy are passed on to them.",
      "Ctrl-C ends everything."
    })
public final class Zenvoy {
  private final Map<String, String> environment;
  private final PrintStream out;
  private final PrintStream errors;

  /** What a command does while the programs run. */
  @FunctionalInterface
  private interface Work {
    int run(Stack stack, Probe probe, LauncherSettings settings)
        throws ProgramFailedException, IOException, InterruptedException;
  }

  private Zenvoy(Map<String, String> environment, PrintStream out, PrintStream errors) {
    this.environment = environment;
    this.out = out;
    this.errors = errors;
  }

  public static void main(String[] arguments) {
    Zenvoy zenvoy = new Zenvoy(System.getenv(), System.out, System.err);
    System.exit(new CommandLine(zenvoy).execute(arguments));
  }

  @Command(
      name = "demo",
      mixinStandardHelpOptions = true,
      description =
          "Sends a request to a service with no process behind it and shows what happens.")
  int demo(
      @Option(names = "--keep", description = "Stay up afterwards, for requests of your own.")
          boolean keep) {
    Installation installation = Installation.find(environment);
    return run(
        installation,
        (stack, probe, settings) -> {
          Demo demo = new Demo(stack, probe, settings, environment, out);
          int exitCode = demo.run(installation.echo());
          return keep && exitCode == 0 ? demo.keepUp() : exitCode;
        });
  }

  @Command(
      name = "local",
      mixinStandardHelpOptions = true,
      description = "Serves your own commands, each started when a client connects.")
  int local(
      @Parameters(paramLabel = "FILE", description = "The services, in YAML.") Path services) {
    return run(
        Installation.find(environment),
        (stack, probe, settings) ->
            new LocalServices(stack, settings, environment, out).run(services));
  }

  private int run(Installation installation, Work work) {
    Thread main = Thread.currentThread();
    try (Probe probe = new Probe()) {
      LauncherSettings settings = LauncherSettings.read(new Environment(environment));
      try (Stack stack = Stack.prepare(settings, installation, probe)) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(stack, main), "stop"));
        return runUnlessStopped(stack, () -> work.run(stack, probe, settings));
      }
    } catch (StartupException e) {
      errors.println("zenvoy: " + e.getMessage());
      return Program.CANNOT_START;
    }
  }

  /** The part of a command that a signal may interrupt. */
  @FunctionalInterface
  private interface Interruptible {
    int run() throws ProgramFailedException, IOException, InterruptedException;
  }

  private int runUnlessStopped(Stack stack, Interruptible work) {
    try {
      return work.run();
    } catch (ProgramFailedException e) {
      return stack.isClosed() ? 1 : tell(e.getMessage(), e.exitCode());
    } catch (IOException e) {
      return stack.isClosed() ? 1 : tell("zenvoy: " + e.getMessage(), 1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 1;
    }
  }

  private int tell(@Nullable String message, int exitCode) {
    out.flush();
    errors.println(Objects.requireNonNullElse(message, ""));
    return exitCode;
  }

  /** Upon Ctrl-C, SIGTERM or SIGHUP; also at the very end, when there is nothing left to do. */
  private void stop(Stack stack, Thread main) {
    if (!stack.isClosed()) {
      out.println("\nstopping ...");
      stack.close();
      main.interrupt();
    }
  }

  /** The version of the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Zenvoy.class.getPackage().getImplementationVersion();
      return new String[] {"zenvoy " + Objects.requireNonNullElse(version, "(unpackaged)")};
    }
  }
}
