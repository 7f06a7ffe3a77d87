package io.zenvoy.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The processor time that processes use.
 *
 * @see <a href="https://man7.org/linux/man-pages/man5/proc_pid_schedstat.5.html">schedstat</a>
 */
public final class ProcessorTime {
  private ProcessorTime() {}

  /** Of all threads that a process has now, in seconds. */
  public static double of(long pid) throws IOException {
    long nanos = 0;
    try (var threads = Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
      for (Path thread : threads) {
        nanos += Long.parseLong(Files.readString(thread.resolve("schedstat")).split(" ", 2)[0]);
      }
    }
    return nanos / 1e9;
  }
}
