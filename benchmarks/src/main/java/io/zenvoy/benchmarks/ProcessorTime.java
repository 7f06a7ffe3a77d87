package io.zenvoy.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The processor time that processes use.
 *
 * @see <a href="https://man7.org/linux/man-pages/man5/proc_pid_schedstat.5.html">schedstat</a>
 */
public final class ProcessorTime {
  private ProcessorTime() {}

  /**
   * What the processor of the measured program was not idle, in seconds (proc(5), {@code
   * /proc/stat}): what the kernel does in interrupts for the program's sockets as well. Exact to
   * some hundredths of a second.
   */
  public static double ofMeasuredProcessor() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/stat"))) {
      String[] ticks =
          lines
              .filter(line -> line.startsWith("cpu" + Pinning.MEASURED + " "))
              .findFirst()
              .orElseThrow()
              .split(" ", -1);
      // user, nice, system, (idle, iowait), irq, softirq
      long busy = 0;
      for (int field : new int[] {1, 2, 3, 6, 7}) {
        busy += Long.parseLong(ticks[field]);
      }
      return busy / 100.0;
    }
  }

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
