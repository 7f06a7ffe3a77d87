package io.zenvoy.it.faults;

import io.zenvoy.it.Project;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;

/**
 * The figures of the last runs, one file a fault and size in {@code
 * integration-tests/target/faults}: a quick run overwrites none of a full one.
 */
final class FaultResults {
  private FaultResults() {}

  static void write(Fault fault, FaultSize size, Figures figures) {
    Properties properties = new Properties();
    properties.setProperty("sent", figures.sent());
    properties.setProperty("right", figures.right());
    properties.setProperty("lost", figures.lost());
    properties.setProperty("hung", figures.hung());
    properties.setProperty("misrouted", figures.misrouted());
    properties.setProperty("corrupted", figures.corrupted());
    properties.setProperty("extraWaitP50", figures.extraWaitP50());
    properties.setProperty("extraWaitP99", figures.extraWaitP99());
    properties.setProperty("notes", figures.notes());
    properties.setProperty("verdict", figures.verdict());
    properties.setProperty("run", figures.run());
    try {
      Files.createDirectories(file(fault, size).getParent());
      try (Writer writer = Files.newBufferedWriter(file(fault, size))) {
        properties.store(writer, null);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the last run of a size has left; empty if there is none. */
  static Optional<Figures> read(Fault fault, FaultSize size) {
    if (!Files.exists(file(fault, size))) {
      return Optional.empty();
    }
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file(fault, size))) {
      properties.load(reader);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Optional.of(
        new Figures(
            properties.getProperty("sent", ""),
            properties.getProperty("right", ""),
            properties.getProperty("lost", ""),
            properties.getProperty("hung", ""),
            properties.getProperty("misrouted", ""),
            properties.getProperty("corrupted", ""),
            properties.getProperty("extraWaitP50", ""),
            properties.getProperty("extraWaitP99", ""),
            properties.getProperty("notes", ""),
            properties.getProperty("verdict", ""),
            properties.getProperty("run", "")));
  }

  private static Path file(Fault fault, FaultSize size) {
    return Project.root()
        .resolve("integration-tests/target/faults")
        .resolve(size.label())
        .resolve(fault + ".properties");
  }
}
