package io.zenvoy.it.upstream;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The kernel's table of IPv4 sockets (proc_net_tcp in its documentation). */
final class Sockets {
  private static final Path TABLE = Path.of("/proc/self/net/tcp");

  /** TCP_LISTEN, in the table's fourth column. */
  private static final String LISTENING = "0A";

  private Sockets() {}

  /** Whether anybody listens on exactly this address. */
  static boolean listen(String address, int port) {
    byte[] bytes = InetAddress.ofLiteral(address).getAddress();
    // The address is a number in the machine's order of bytes: the one with the least weight first.
    String local = "%02X%02X%02X%02X:%04X".formatted(bytes[3], bytes[2], bytes[1], bytes[0], port);
    try (Stream<String> lines = Files.lines(TABLE)) {
      return lines
          .map(line -> line.strip().split(" +", -1))
          .anyMatch(fields -> fields[1].equals(local) && fields[3].equals(LISTENING));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
