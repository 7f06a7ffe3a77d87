package io.zenvoy.benchmarks.crowd;

import io.zenvoy.common.HostPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** An upstream with one thread and a backlog of 128, which sends back what it gets. */
final class NarrowServer implements AutoCloseable {
  private static final int BACKLOG = 128;

  private final ServerSocketChannel listener = ServerSocketChannel.open();
  private final Selector selector = Selector.open();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(4096);
  private volatile long lastReadNanos;
  private final Thread thread =
      Thread.ofPlatform().daemon().name("upstream").unstarted(this::serve);

  NarrowServer() throws IOException {
    listener.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), BACKLOG);
    listener.configureBlocking(false);
    listener.register(selector, SelectionKey.OP_ACCEPT);
    thread.start();
  }

  HostPort address() {
    return new HostPort("127.0.0.1", listener.socket().getLocalPort());
  }

  /** When it last read something, by {@link System#nanoTime}. */
  long lastReadNanos() {
    return lastReadNanos;
  }

  private void serve() {
    try {
      while (selector.isOpen()) {
        selector.select(this::serve);
      }
    } catch (IOException | ClosedSelectorException | CancelledKeyException e) {
      // closed
    }
  }

  private void serve(SelectionKey key) {
    try {
      if (key.isAcceptable()) {
        accept();
      } else {
        answer((SocketChannel) key.channel());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the upstream can't go on", e);
    }
  }

  private void accept() throws IOException {
    for (SocketChannel accepted = listener.accept();
        accepted != null;
        accepted = listener.accept()) {
      accepted.setOption(StandardSocketOptions.TCP_NODELAY, true);
      accepted.configureBlocking(false);
      accepted.register(selector, SelectionKey.OP_READ);
    }
  }

  private void answer(SocketChannel connection) throws IOException {
    buffer.clear();
    try {
      if (connection.read(buffer) >= 0) {
        lastReadNanos = System.nanoTime();
        connection.write(buffer.flip());
        return;
      }
    } catch (IOException e) {
      // The client has reset.
    }
    connection.close();
  }

  @Override
  public void close() throws IOException {
    for (SelectionKey key : selector.keys()) {
      key.channel().close();
    }
    selector.close();
  }
}
