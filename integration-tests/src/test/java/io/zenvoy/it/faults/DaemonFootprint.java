package io.zenvoy.it.faults;

import io.zenvoy.it.ChildProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a daemon holds.
 *
 * @param descriptors open ones
 * @param connections objects of connections that are still reachable, after a full collection
 * @param resident bytes of memory
 */
record DaemonFootprint(long descriptors, long connections, long resident) {
  private static final List<String> OF_CONNECTIONS =
      List.of("Client", "Upstream", "Relay", "Flow", "Dial");

  static DaemonFootprint of(ChildProcess daemon) {
    try {
      long connections = connections(daemon);
      return new DaemonFootprint(descriptors(daemon), connections, resident(daemon));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long descriptors(ChildProcess daemon) throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/" + daemon.pid() + "/fd"))) {
      return open.count();
    }
  }

  private static long resident(ChildProcess daemon) throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + daemon.pid() + "/status"))) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .map(line -> line.replaceAll("\\D", ""))
          .mapToLong(kilobytes -> 1024 * Long.parseLong(kilobytes))
          .findFirst()
          .orElseThrow();
    }
  }

  /** The histogram counts what is reachable, and has everything else collected before. */
  private static long connections(ChildProcess daemon) throws IOException {
    Process histogram =
        new ProcessBuilder(
                System.getProperty("java.home") + "/bin/jcmd",
                Long.toString(daemon.pid()),
                "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    String output = histogram.inputReader().readAllAsString();
    if (!output.contains("#instances")) {
      throw new IOException("no histogram: " + output);
    }
    return output
        .lines()
        .map(line -> line.strip().split("\\s+", -1))
        .filter(row -> row.length > 3 && isOfConnections(row[3]))
        .mapToLong(row -> Long.parseLong(row[1]))
        .sum();
  }

  private static boolean isOfConnections(String type) {
    return OF_CONNECTIONS.stream().anyMatch(name -> type.equals("io.zenvoy.tproxy.proxy." + name));
  }
}
