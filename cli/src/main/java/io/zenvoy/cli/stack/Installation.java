package io.zenvoy.cli.stack;

import io.zenvoy.common.StartupException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Where the programs are: in the build folders below {@code ZENVOY_HOME}, or beside this program's
 * own distribution.
 *
 * @param distribution this program's own folder, with {@code bin} and {@code lib}
 * @param sources the repository's folder; empty path if the programs are installed side by side
 */
public record Installation(Path distribution, Path sources) {
  private static final String PLACE = "zenvoy.distribution";
  private static final Path NONE = Path.of("");

  /**
   * Finds the programs.
   *
   * @param environment for {@code ZENVOY_HOME}
   */
  public static Installation find(Map<String, String> environment) {
    String home = environment.getOrDefault("ZENVOY_HOME", "");
    return new Installation(ownDistribution(), home.isEmpty() ? NONE : Path.of(home));
  }

  public Path xdsServer() {
    return program("xds-server", "xds-server");
  }

  public Path tproxy() {
    return program("tproxy", "tproxy");
  }

  public Path echo() {
    return program("example", "echo");
  }

  /**
   * Finds Envoy, and installs one if there is none; that shows its progress on standard error.
   *
   * @throws StartupException if there is none to be had; the reason was shown already
   */
  Path envoy() throws IOException, InterruptedException {
    Path script = distribution.resolve("bin/find-envoy.sh");
    Process process =
        new ProcessBuilder(List.of("sh", script.toString()))
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    Thread ending = new Thread(process::destroy, "end find-envoy");
    Runtime.getRuntime().addShutdownHook(ending);
    String path = process.inputReader().readLine();
    if (process.waitFor() != 0 || path == null) {
      throw new StartupException("no Envoy to start");
    }
    Runtime.getRuntime().removeShutdownHook(ending);
    return Path.of(path);
  }

  private Path program(String module, String name) {
    Path place =
        sources.equals(NONE)
            ? distribution.resolveSibling(name)
            : sources.resolve(module).resolve("target").resolve(name);
    Path program = place.resolve("bin").resolve(name);
    if (!Files.isExecutable(program)) {
      throw new StartupException(program + " is missing (start ./zenvoy, which builds it)");
    }
    return program;
  }

  /** The folder above the one of the jar, unless the property {@value #PLACE} names it. */
  private static Path ownDistribution() {
    String place = System.getProperty(PLACE, "");
    if (!place.isEmpty()) {
      return Path.of(place);
    }
    try {
      Path jar =
          Path.of(Installation.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      Path lib = Objects.requireNonNull(jar.getParent(), "the jar is in a folder");
      return Objects.requireNonNull(lib.getParent(), "the jar is in the folder lib");
    } catch (URISyntaxException e) {
      throw new IllegalStateException("this program's jar has no path", e);
    }
  }
}
