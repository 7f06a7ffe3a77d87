package io.zenvoy.benchmarks;

import io.zenvoy.it.Project;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How programs are run that contain the daemon's data path: by the daemon's own options, jars, and
 * cache of loaded classes, to which only what asks and tells is added.
 */
public final class DaemonJvm {
  private static final Path DISTRIBUTION = Project.root().resolve("tproxy/target/tproxy");

  private DaemonJvm() {}

  /**
   * The command that runs a program.
   *
   * @param more options, after the daemon's own
   * @throws IOException if the daemon is not built
   */
  public static List<String> command(Class<?> main, List<String> more, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:AOTCache=" + DISTRIBUTION.resolve("tproxy.aot"));
    command.add("-XX:+UnlockDiagnosticVMOptions");
    command.add("-XX:ArchiveRelocationMode=0");
    command.add("-XX:+UseCompactObjectHeaders");
    if (isRoot()) {
      command.add("-XX:ThreadPriorityPolicy=1");
      command.add("-XX:CompilerThreadPriority=10");
    }
    command.addAll(List.of(options().split(" ", -1)));
    command.addAll(more);
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.add("--class-path");
    command.add(classPath());
    command.add(main.getName());
    command.addAll(Arrays.asList(arguments));
    return command;
  }

  /** As the launcher finds it. */
  private static boolean isRoot() throws IOException {
    return Files.getAttribute(Path.of("/"), "unix:uid")
        .equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
  }

  /** A cache is taken for the class path that it was made with, and for one that begins so. */
  private static String classPath() throws IOException {
    try (Stream<Path> jars = Files.list(DISTRIBUTION.resolve("lib"))) {
      return jars.sorted().map(Path::toString).collect(Collectors.joining(":"))
          + ":"
          + System.getProperty("java.class.path");
    }
  }

  private static String options() throws IOException {
    try (InputStream input = DaemonJvm.class.getResourceAsStream("daemon.properties")) {
      Properties properties = new Properties();
      properties.load(input);
      return properties.getProperty("options");
    }
  }
}
