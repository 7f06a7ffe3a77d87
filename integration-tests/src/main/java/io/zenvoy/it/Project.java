package io.zenvoy.it;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the project's files are. */
public final class Project {
  private Project() {}

  /** The folder of the parent {@code pom.xml}. */
  public static Path root() {
    String configured = System.getProperty("zenvoy.root");
    Path folder = Path.of(configured == null ? "" : configured).toAbsolutePath();
    while (folder != null && !Files.isRegularFile(folder.resolve("mvnw"))) {
      folder = folder.getParent();
    }
    if (folder == null) {
      throw new IllegalStateException("run inside the project, or set -Dzenvoy.root to its folder");
    }
    return folder;
  }

  /**
   * The start script of one of the programs.
   *
   * @throws IllegalStateException if it was not built yet
   */
  public static Path program(String name) {
    Path script = root().resolve(name).resolve("target").resolve(name).resolve("bin").resolve(name);
    if (!Files.isExecutable(script)) {
      throw new IllegalStateException(script + " is missing: run ./mvnw package");
    }
    return script;
  }

  /** The folder for what the cluster of this Java virtual machine writes. */
  public static Path clusterLogs() {
    return logs("kubernetes-" + System.getProperty("zenvoy.fork", "1"));
  }

  /** The folder for what one test's processes write. */
  public static Path logs(String test) {
    return root().resolve("integration-tests/target/logs").resolve(test);
  }
}
