package io.zenvoy.it.downstream;

import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What became of a client program that was left to itself until its end.
 *
 * @param exitCode 124 if it did not end within a minute and a half
 * @param output standard output and error
 */
public record ClientRun(int exitCode, String output) {
  /** By timeout(1), so that a client that hangs fails its test and not the build. */
  private static final List<String> LIMITED = List.of("timeout", "90");

  /** Runs a client whose standard input is empty. */
  public static ClientRun of(String... command) throws IOException, InterruptedException {
    return of(List.of(command));
  }

  /** Runs a client whose standard input is empty. */
  public static ClientRun of(List<String> command) throws IOException, InterruptedException {
    List<String> limited = new ArrayList<>(LIMITED);
    limited.addAll(command);
    Process process =
        new ProcessBuilder(limited)
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"))
            .start();
    String output = process.inputReader().readAllAsString();
    return new ClientRun(process.waitFor(), output.strip());
  }

  /**
   * The output of a client that has done what it was asked for.
   *
   * @throws IllegalStateException if it says by its exit code that it has not
   */
  public String successful() {
    if (exitCode != 0) {
      throw new IllegalStateException("exit code " + exitCode + ": " + output);
    }
    return output;
  }
}
