package io.zenvoy.it;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The tests' programs in Python. The first {@code python3} on the path need not be Debian's, which
 * alone has Debian's modules.
 */
public final class Python {
  private static final List<String> INTERPRETERS = List.of("python3", "/usr/bin/python3");

  private Python() {}

  /**
   * The command that runs a program.
   *
   * @param program its file in {@code src/main/python}
   * @param module what it needs to import
   * @param debianPackage that has the module
   * @throws IllegalStateException if no Python has the module
   */
  public static List<String> command(
      String program, String module, String debianPackage, List<String> arguments) {
    for (String interpreter : INTERPRETERS) {
      if (succeeds(interpreter, "-c", "import " + module)) {
        Path script = Project.root().resolve("integration-tests/src/main/python").resolve(program);
        List<String> command = new ArrayList<>(List.of(interpreter, script.toString()));
        command.addAll(arguments);
        return command;
      }
    }
    throw new IllegalStateException(
        "no python3 with " + module + ": install the Debian package " + debianPackage);
  }

  private static boolean succeeds(String... command) {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(new File("/dev/null"))
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false; // there is no such interpreter
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException("interrupted", e));
    }
  }
}
