package io.zenvoy.benchmarks.crowd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The descriptors of a process (proc(5), {@code /proc/PID/fd}). */
final class OpenFiles {
  private OpenFiles() {}

  /** How many there are whose target begins so. */
  static int of(long pid, String target) throws IOException {
    int count = 0;
    try (Stream<Path> files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      for (Path file : files.toList()) {
        try {
          if (Files.readSymbolicLink(file).toString().startsWith(target)) {
            count++;
          }
        } catch (IOException e) {
          // It was closed meanwhile.
        }
      }
    }
    return count;
  }
}
