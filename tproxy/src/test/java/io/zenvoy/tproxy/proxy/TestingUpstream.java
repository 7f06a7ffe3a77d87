package io.zenvoy.tproxy.proxy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An endpoint on loopback whose connections the test serves by hand. */
final class TestingUpstream implements AutoCloseable {
  private final ServerSocket server;
  private final BlockingQueue<Socket> accepted = new LinkedBlockingQueue<>();

  private TestingUpstream(String host, int port) throws IOException {
    server = new ServerSocket();
    server.setReuseAddress(true);
    server.bind(new InetSocketAddress(InetAddress.ofLiteral(host), port));
    Thread.ofVirtual().start(this::acceptAll);
  }

  static TestingUpstream start() throws IOException {
    return new TestingUpstream("127.0.0.1", 0);
  }

  static TestingUpstream startOnIpv6() throws IOException {
    return new TestingUpstream("::1", 0);
  }

  static TestingUpstream startOn(int port) throws IOException {
    return new TestingUpstream("127.0.0.1", port);
  }

  InetSocketAddress address() {
    return new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
  }

  /** The next connection that arrives. */
  Socket accept() throws Exception {
    Socket socket = poll();
    if (socket == null) {
      throw new AssertionError("no connection arrived");
    }
    return socket;
  }

  private @Nullable Socket poll() throws InterruptedException {
    return accepted.poll(10, TimeUnit.SECONDS);
  }

  int waiting() {
    return accepted.size();
  }

  private void acceptAll() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        socket.setSoTimeout(20_000);
        accepted.add(socket);
      } catch (IOException e) {
        // Closed: the test is over.
        return;
      }
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : accepted) {
      socket.close();
    }
  }
}
