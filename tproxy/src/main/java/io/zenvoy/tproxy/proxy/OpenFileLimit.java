package io.zenvoy.tproxy.proxy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How many descriptors this process may have (getrlimit(2), RLIMIT_NOFILE). */
public final class OpenFileLimit {
  /**
   * For the Java virtual machine, its jars, gRPC, the admin port, and those who are told that no
   * more may wait.
   */
  private static final int OWN_USE = 256;

  /** A connection needs one more as soon as it is relayed. */
  private static final int PER_CONNECTION = 2;

  private OpenFileLimit() {}

  /**
   * The number of connections that may wait, so that all of them can be relayed.
   *
   * @param wanted at least 1
   * @return {@code wanted}, or less if the limit demands it
   */
  public static int cap(int wanted) {
    return cap(wanted, softLimit());
  }

  static int cap(int wanted, long limit) {
    return (int) Math.min(wanted, Math.max(1, (limit - OWN_USE) / PER_CONNECTION));
  }

  private static long softLimit() {
    try {
      return Files.readAllLines(Path.of("/proc/self/limits")).stream()
          .filter(line -> line.startsWith("Max open files"))
          .map(line -> line.split("\\s+", 5)[3])
          .filter(value -> !value.equals("unlimited"))
          .mapToLong(Long::parseLong)
          .findFirst()
          .orElse(Long.MAX_VALUE);
    } catch (IOException e) {
      return Long.MAX_VALUE;
    }
  }
}
