package io.zenvoy.xds.workloads.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;

/**
 * A service's program: listens on the port that it was given and tells every client its {@code
 * PORT} and its process id.
 */
final class TestingUpstream {
  private TestingUpstream() {}

  public static void main(String[] arguments) throws IOException {
    String answer =
        "PORT=" + System.getenv("PORT") + "\nPID=" + ProcessHandle.current().pid() + "\n";
    int port = Integer.parseInt(arguments[0]);
    try (ServerSocket server = new ServerSocket(port, 10, InetAddress.getLoopbackAddress())) {
      while (true) {
        try (Socket client = server.accept()) {
          client.getOutputStream().write(answer.getBytes(UTF_8));
        } catch (SocketException e) {
          // The probe leaves at once.
        }
      }
    }
  }
}
