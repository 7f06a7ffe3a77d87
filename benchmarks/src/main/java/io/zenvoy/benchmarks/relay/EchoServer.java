package io.zenvoy.benchmarks.relay;

import io.zenvoy.common.HostPort;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** An upstream that sends back what it gets, with a thread for each connection. */
final class EchoServer implements AutoCloseable {
  private static final int BACKLOG = 4096;

  private final ServerSocket listener = new ServerSocket();

  EchoServer() throws IOException {
    listener.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), BACKLOG);
    Thread.ofVirtual().name("echo").start(this::accept);
  }

  HostPort address() {
    return new HostPort("127.0.0.1", listener.getLocalPort());
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }

  private void accept() {
    try {
      while (true) {
        Socket connection = listener.accept();
        Thread.ofVirtual().start(() -> echo(connection));
      }
    } catch (IOException e) {
      // closed
    }
  }

  private static void echo(Socket connection) {
    byte[] buffer = new byte[4096];
    try (connection) {
      connection.setTcpNoDelay(true);
      InputStream input = connection.getInputStream();
      OutputStream output = connection.getOutputStream();
      for (int count = input.read(buffer); count >= 0; count = input.read(buffer)) {
        output.write(buffer, 0, count);
      }
    } catch (IOException e) {
      // the client has gone
    }
  }
}
