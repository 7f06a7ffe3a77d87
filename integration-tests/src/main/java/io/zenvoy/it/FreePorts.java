package io.zenvoy.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Hands out ports that nothing listens on. They lie below the ports that the kernel takes for
 * outgoing connections and below the slots' ports, and each is given once before the first comes
 * again, so that two owners do not meet. Thread-safe.
 */
public final class FreePorts {
  private static final int FIRST = 11_000;
  private static final int COUNT = 6_000;
  private static final AtomicInteger NEXT = new AtomicInteger();

  private FreePorts() {}

  public static int next() {
    for (int attempt = 0; attempt < COUNT; attempt++) {
      int port = FIRST + Math.floorMod(NEXT.getAndIncrement(), COUNT);
      if (isFree(port)) {
        return port;
      }
    }
    throw new IllegalStateException("no port free from " + FIRST + " on");
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
