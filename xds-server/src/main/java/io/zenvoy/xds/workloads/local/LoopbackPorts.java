package io.zenvoy.xds.workloads.local;

import io.zenvoy.common.HostPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** TCP ports of this machine's loopback interface. */
final class LoopbackPorts {
  private static final List<InetAddress> ADDRESSES =
      List.of(
          address(new byte[] {127, 0, 0, 1}),
          address(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}));

  private static final int CONNECT_TIMEOUT_MILLIS = 1000;
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(50);

  /** The pause is this part of the time waited so far: what it adds stays within 2 %. */
  private static final int PART = 50;

  private LoopbackPorts() {}

  /** A port that nobody listens on right now. */
  static int findFree() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, ADDRESSES.getFirst())) {
      return socket.getLocalPort();
    }
  }

  static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(ADDRESSES.getFirst(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Blocks until somebody listens on the port, on 127.0.0.1 or on ::1.
   *
   * @param worthwhile asked before each try
   * @return empty if it is not worthwhile any more
   */
  static Optional<HostPort> awaitOpen(int port, BooleanSupplier worthwhile)
      throws InterruptedException {
    long began = System.nanoTime();
    while (worthwhile.getAsBoolean()) {
      for (InetAddress address : ADDRESSES) {
        if (accepts(new InetSocketAddress(address, port))) {
          String host = address.getAddress().length == 4 ? "127.0.0.1" : "::1";
          return Optional.of(new HostPort(host, port));
        }
      }
      Thread.sleep(pause(Duration.ofNanos(System.nanoTime() - began)));
    }
    return Optional.empty();
  }

  private static Duration pause(Duration waited) {
    Duration pause = waited.dividedBy(PART);
    if (pause.compareTo(SHORTEST_PAUSE) < 0) {
      return SHORTEST_PAUSE;
    }
    return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
  }

  private static boolean accepts(InetSocketAddress target) {
    try (Socket socket = new Socket()) {
      socket.connect(target, CONNECT_TIMEOUT_MILLIS);
      // A closed port of the ephemeral range can be given to the very socket that dials it: TCP's
      // simultaneous open then connects it to itself.
      return !target.equals(socket.getLocalSocketAddress());
    } catch (IOException e) {
      return false;
    }
  }

  private static InetAddress address(byte[] octets) {
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("an address has 4 or 16 octets", e);
    }
  }
}
