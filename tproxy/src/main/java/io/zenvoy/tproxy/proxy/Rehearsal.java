package io.zenvoy.tproxy.proxy;

import io.netty.channel.ChannelException;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.Socket;
import io.zenvoy.common.Ipv4Network;
import io.zenvoy.common.Slot;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does once, with two sockets of this process, what the first connections would else wait for: a
 * function of the kernel's is linked when it is first called, which takes tens of milliseconds.
 */
final class Rehearsal {
  private static final Logger log = LoggerFactory.getLogger(Rehearsal.class);
  private static final int BYTES = 64;
  private static final Slot NO_SLOT = new Slot(Ipv4Network.parseAddress("127.0.0.1"), 1);

  private Rehearsal() {}

  /** Plays it in the event loop that calls this. What fails will be told to a real connection. */
  static void play(ProxyLoop loop) {
    assert loop.inEventLoop();
    long begun = System.nanoTime();
    try {
      perform(loop);
      log.atDebug()
          .addKeyValue("took_ms", (System.nanoTime() - begun) / 1_000_000)
          .log("rehearsed");
    } catch (Exception e) {
      log.atWarn().setCause(e).log("the rehearsal failed; first connections may take longer");
    }
  }

  /** The same for those who want to know whether it fails. */
  static void perform(ProxyLoop loop) throws Exception {
    LinuxSocket listener = LinuxSocket.newSocketStream(SocketProtocolFamily.INET);
    try (AutoCloseable _ = listener::close) {
      listener.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
      listener.listen(1);
      LinuxSocket peer = LinuxSocket.newSocketStream(SocketProtocolFamily.INET);
      try (AutoCloseable _ = peer::close) {
        play(loop, listener, peer);
      }
    }
  }

  private static void play(ProxyLoop loop, LinuxSocket listener, LinuxSocket peer)
      throws Exception {
    // Loopback makes the connection before either call returns.
    if (!peer.connect(listener.localAddress()) && !peer.finishConnect()) {
      throw new IOException("loopback does not connect");
    }
    int accepted = listener.accept(new byte[26]);
    if (accepted < 0) {
      throw new ChannelException("loopback does not connect");
    }
    Socket socket = new Socket(accepted);
    try (AutoCloseable _ = socket::close) {
      ByteBuffer buffer = loop.buffer();
      peer.write(buffer, 0, BYTES);
      Kernel.unreadBytes(accepted);
      Kernel.peek(accepted, buffer, BYTES);
      loop.halfClosed().hasLeft(new Client(loop, socket, NO_SLOT, loop.nanoTime()));
      splice(loop.pipes(), loop.nanoTime(), socket);
    }
  }

  private static void splice(PipePool pipes, long nowNanos, Socket socket) throws IOException {
    Pipe pipe = pipes.take(nowNanos);
    if (pipe == null) {
      return;
    }
    try {
      pipe.fillFrom(socket);
      pipe.emptyInto(socket);
    } finally {
      if (pipe.isEmpty()) {
        pipes.give(pipe);
      } else {
        pipes.discard(pipe);
      }
    }
  }
}
