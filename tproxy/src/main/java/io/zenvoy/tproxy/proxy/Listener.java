package io.zenvoy.tproxy.proxy;

import io.netty.channel.ChannelException;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.Errors.NativeIoException;
import io.zenvoy.common.StartupException;
import io.zenvoy.tproxy.redirect.ReceivableSlots;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A socket on which connections to every slot arrive. Each event loop has one, all on the same
 * port, and the kernel spreads the connections over them (socket(7), SO_REUSEPORT), so that none
 * changes its thread. Owned by its event loop.
 */
final class Listener extends Descriptor {
  private static final Logger log = LoggerFactory.getLogger(Listener.class);
  private static final int BACKLOG = 16_384;
  private static final int ACCEPTS_AT_A_TIME = 256;
  private static final long PAUSE_MILLIS = 100;
  private static final int IPPROTO_IP = 0;
  private static final int IP_TRANSPARENT = 19;

  /** {@code asm-generic/socket.h}, the same on x86-64 and aarch64. */
  private static final int SOL_SOCKET = 1;

  private static final int SO_BUF_LOCK = 72;

  /**
   * The kernel's buffer for what a parked client sends, with what it takes to keep it. It holds the
   * longest head of a request that Envoy passes on, and fewer clients than a smaller one would have
   * sent more when they leave: their FIN is seen only once there is room for it.
   */
  static final int PARKED_BYTES = 96 << 10;

  /** ENOMEM, ENFILE, EMFILE, ENOBUFS: it stays acceptable, so asking again at once would spin. */
  private static final Set<Integer> OUT_OF_RESOURCES = Set.of(-12, -23, -24, -105);

  private final LinuxSocket server;
  private final Intake intake;
  private final int port;
  private final byte[] peer = new byte[26];
  private boolean listening;

  private Listener(LinuxSocket socket, ProxyLoop loop, Intake intake, int port) {
    super(loop, socket);
    this.server = socket;
    this.intake = intake;
    this.port = port;
  }

  /** Who takes accepted connections over, in the listener's event loop. */
  interface Intake {
    /**
     * Takes one.
     *
     * @param descriptor of its socket, non-blocking
     */
    void adopt(int descriptor, long acceptedNanos);
  }

  /**
   * Binds {@code PROXY_PORT} on all addresses, once for each event loop; nothing is accepted yet.
   *
   * @throws StartupException if the port is taken or the privilege is missing
   */
  static List<Listener> bind(ReceivableSlots slots, List<ProxyLoop> loops) {
    List<Listener> listeners = new ArrayList<>();
    try {
      for (ProxyLoop loop : loops) {
        Listener listener = bind(slots, loop, loop::adopt, !listeners.isEmpty());
        // Only after it was bound: the first one is refused where another program has the port,
        // be it one that would share it.
        listener.server.setReusePort(true);
        listeners.add(listener);
      }
      return listeners;
    } catch (IOException e) {
      listeners.forEach(Listener::close);
      throw cannotListen(slots.listenerPort(), e);
    } catch (StartupException e) {
      listeners.forEach(Listener::close);
      throw e;
    }
  }

  /**
   * Binds one.
   *
   * @param shared whether another one of this process has the port already
   */
  static Listener bind(ReceivableSlots slots, ProxyLoop loop, Intake intake, boolean shared) {
    LinuxSocket socket;
    try {
      socket = LinuxSocket.newSocketStream(SocketProtocolFamily.INET);
    } catch (ChannelException e) {
      throw cannotListen(slots.listenerPort(), e);
    }
    boolean bound = false;
    try {
      socket.setReuseAddress(true);
      // Connections that are accepted inherit it.
      socket.setTcpNoDelay(true);
      boundParkedBytes(socket);
      if (shared) {
        socket.setReusePort(true);
      }
      if (slots.kind().isTransparent()) {
        setTransparent(socket, slots);
      }
      socket.bind(new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), slots.listenerPort()));
      bound = true;
      return new Listener(socket, loop, intake, slots.listenerPort());
    } catch (IOException | ChannelException e) {
      throw cannotListen(slots.listenerPort(), e);
    } finally {
      if (!bound) {
        close(socket);
      }
    }
  }

  /**
   * Connections that are accepted inherit the size. The kernel lets it grow for those that are read
   * from, unless it is locked, and to set it locks it (socket(7), SO_BUF_LOCK, since Linux 5.14).
   */
  private static void boundParkedBytes(LinuxSocket socket) throws IOException {
    try {
      socket.setIntOpt(SOL_SOCKET, SO_BUF_LOCK, 0);
    } catch (ChannelException e) {
      log.atDebug().setCause(e).log("net.ipv4.tcp_rmem alone bounds what parked clients send");
      return;
    }
    // The kernel doubles it.
    socket.setReceiveBufferSize(PARKED_BYTES / 2);
    socket.setIntOpt(SOL_SOCKET, SO_BUF_LOCK, 0);
  }

  private static void setTransparent(LinuxSocket socket, ReceivableSlots slots) throws IOException {
    try {
      socket.setIntOpt(IPPROTO_IP, IP_TRANSPARENT, 1);
    } catch (ChannelException e) {
      if (!String.valueOf(e.getMessage()).contains("not permitted")) {
        throw e;
      }
      throw new StartupException(
          "TPROXY_CMD: \""
              + slots.kind().text()
              + "\" needs the capability NET_ADMIN (expected: NET_ADMIN, or TPROXY_CMD=none)",
          e);
    }
  }

  private static StartupException cannotListen(int port, Exception cause) {
    boolean taken = String.valueOf(cause.getMessage()).contains("in use");
    return new StartupException(
        "PROXY_PORT: "
            + (taken
                ? "port " + port + " is in use (set PROXY_PORT to a free one)"
                : "can't listen on port " + port + ": " + cause.getMessage()),
        cause);
  }

  /**
   * Begins to accept; idempotent.
   *
   * @throws StartupException if another program listens on the port since it was bound
   */
  void listen() {
    if (listening) {
      return;
    }
    listening = true;
    try {
      server.listen(BACKLOG);
      watch(IN);
    } catch (IOException e) {
      throw cannotListen(port, e);
    }
  }

  @Override
  void ready(int events) throws IOException {
    for (int count = 0; count < ACCEPTS_AT_A_TIME; count++) {
      int accepted = Kernel.accept(socket.intValue());
      if (accepted < 0 && count == 0) {
        accepted = acceptOrTellWhyNot();
      }
      if (accepted < 0) {
        return;
      }
      intake.adopt(accepted, loop.nanoTime());
    }
  }

  /** The same by Netty, which tells what lasts: that nobody waits, or that nothing is left. */
  private int acceptOrTellWhyNot() throws IOException {
    try {
      return server.accept(peer);
    } catch (NativeIoException e) {
      failed(e);
      return -1;
    }
  }

  private void failed(NativeIoException e) {
    loop.metrics().acceptFailed();
    if (OUT_OF_RESOURCES.contains(e.expectedErr())) {
      log.atError()
          .addKeyValue("pause_ms", PAUSE_MILLIS)
          .addKeyValue("reason", e.getMessage())
          .log("connections can't be accepted");
      pause();
    } else {
      // The client was quicker than the accept; the next one is asked for at the next event.
      log.atDebug().setCause(e).log("accept failed");
    }
  }

  private void pause() {
    watchFor(0);
    var _ = loop.eventLoop().schedule(() -> watchFor(IN), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void watchFor(int events) {
    try {
      watch(events);
    } catch (IOException e) {
      log.atError().setCause(e).log("connections can't be accepted any more");
    }
  }

  /** Whatever it was, those who come later are not to find a closed port. */
  @Override
  void abandon() {
    pause();
  }
}
