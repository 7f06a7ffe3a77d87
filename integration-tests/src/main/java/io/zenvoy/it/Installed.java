package io.zenvoy.it;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Programs that the system has to have. A test that misses one fails. */
public final class Installed {
  /** Where servers are, which need not be on everybody's path. */
  private static final String OF_SERVERS = ":/usr/sbin";

  private Installed() {}

  /**
   * The path of a program.
   *
   * @throws IllegalStateException if it is not installed
   */
  public static String program(String name, String debianPackage) {
    return Stream.of((System.getenv("PATH") + OF_SERVERS).split(":", -1))
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "no " + name + ": install the Debian package " + debianPackage))
        .toString();
  }
}
