package io.zenvoy.benchmarks.crowd;

import io.zenvoy.common.HostPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Clients that each send 64 bytes and wait until they come back; one thread has all of them. */
final class Crowd implements AutoCloseable {
  private static final int MESSAGE = 64;

  /** The kernel looks long for a free port where most are taken. */
  private static final int CLIENTS_OF_AN_ADDRESS = 2_000;

  private final InetSocketAddress server;
  private final Selector selector = Selector.open();
  private final List<SocketChannel> clients = new ArrayList<>();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(MESSAGE);

  Crowd(HostPort server) throws IOException {
    this.server = new InetSocketAddress(InetAddress.ofLiteral(server.host()), server.port());
  }

  int size() {
    return clients.size();
  }

  /** One more, which is connected and has sent what it asks. */
  void join() throws IOException {
    SocketChannel client = connect();
    client.setOption(StandardSocketOptions.TCP_NODELAY, true);
    buffer.clear();
    client.write(buffer);
    client.configureBlocking(false);
    client.register(selector, SelectionKey.OP_READ);
    clients.add(client);
  }

  /** So many more, which say nothing. */
  void joinSilently(int more) throws IOException {
    for (int count = 0; count < more; count++) {
      clients.add(connect());
    }
  }

  private SocketChannel connect() throws IOException {
    SocketChannel client = SocketChannel.open();
    String host = "127.0.1." + (1 + clients.size() / CLIENTS_OF_AN_ADDRESS);
    client.bind(new InetSocketAddress(InetAddress.ofLiteral(host), 0));
    client.connect(server);
    return client;
  }

  /**
   * Waits until answers have come.
   *
   * @param count how many
   * @return when each of them came, by {@link System#nanoTime}
   * @throws IOException if a connection ends, or too few answers come in time
   */
  List<Long> awaitAnswers(int count, Duration patience) throws IOException {
    long deadline = System.nanoTime() + patience.toNanos();
    List<Long> times = new ArrayList<>(count);
    while (times.size() < count) {
      long left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
      if (left <= 0) {
        throw new IOException(times.size() + " of " + count + " were answered");
      }
      selector.select(
          key -> {
            if (hasAnswer(key)) {
              times.add(System.nanoTime());
              key.cancel();
            }
          },
          left);
    }
    return times;
  }

  private boolean hasAnswer(SelectionKey key) {
    buffer.clear();
    try {
      int count = ((SocketChannel) key.channel()).read(buffer);
      if (count != MESSAGE) {
        throw new IllegalStateException(count + " bytes came back (expected: " + MESSAGE + ")");
      }
      return true;
    } catch (IOException e) {
      throw new IllegalStateException("a client was lost", e);
    }
  }

  /** Ends one connection: with a reset, or in the regular way. */
  void leave(int index, boolean reset) throws IOException {
    SocketChannel client = clients.get(index);
    if (reset) {
      reset(client);
    } else {
      client.close();
    }
  }

  private static void reset(SocketChannel client) throws IOException {
    client.setOption(StandardSocketOptions.SO_LINGER, 0);
    client.close();
  }

  @Override
  public void close() throws IOException {
    for (SocketChannel client : clients) {
      if (client.isOpen()) {
        reset(client);
      }
    }
    selector.close();
  }
}
