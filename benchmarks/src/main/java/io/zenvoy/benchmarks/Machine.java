package io.zenvoy.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.stream.Stream;

/** What the figures were measured on. */
final class Machine {
  private Machine() {}

  /** One line for the result file. */
  static String description() throws IOException {
    return "%s; %d processors (%s), %d MiB; Linux %s; Java %s; load %s before"
        .formatted(
            LocalDate.now(ZoneOffset.UTC),
            Runtime.getRuntime().availableProcessors(),
            field(Path.of("/proc/cpuinfo"), "model name"),
            memoryMebibytes(),
            System.getProperty("os.version"),
            Runtime.version(),
            Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0]);
  }

  /** The resident memory of a process in MiB. */
  static double residentMebibytes(long pid) throws IOException {
    return kibibytes(Path.of("/proc/" + pid + "/status"), "VmRSS") / 1024.0;
  }

  private static long memoryMebibytes() throws IOException {
    return kibibytes(Path.of("/proc/meminfo"), "MemTotal") / 1024;
  }

  private static long kibibytes(Path file, String key) throws IOException {
    return Long.parseLong(field(file, key).replace(" kB", ""));
  }

  private static String field(Path file, String key) throws IOException {
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .filter(line -> line.startsWith(key))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElseThrow(() -> new IOException(file + " has no " + key));
    }
  }
}
