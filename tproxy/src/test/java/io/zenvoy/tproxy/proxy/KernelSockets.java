package io.zenvoy.tproxy.proxy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

/** The kernel's own list of the TCP sockets of IPv4 (proc(5), {@code /proc/net/tcp}). */
final class KernelSockets {
  private static final String LISTENS = "0A";

  private KernelSockets() {}

  /** How many listen on a port of all addresses. */
  static long listening(int port) throws IOException {
    String local = "00000000" + hexadecimal(port);
    return sockets().filter(fields -> fields[1].equals(local) && fields[3].equals(LISTENS)).count();
  }

  /** Bytes that have come to a local port from a client's and were not read. */
  static long unread(int port, int clientPort) throws IOException {
    return sockets()
        .filter(fields -> fields[1].endsWith(hexadecimal(port)))
        .filter(fields -> fields[2].endsWith(hexadecimal(clientPort)))
        .mapToLong(fields -> Long.parseLong(fields[4].split(":", 2)[1], 16))
        .sum();
  }

  private static Stream<String[]> sockets() throws IOException {
    return Files.readAllLines(Path.of("/proc/net/tcp")).stream()
        .map(line -> line.strip().split("\\s+"));
  }

  private static String hexadecimal(int port) {
    return String.format(Locale.ROOT, ":%04X", port);
  }
}
