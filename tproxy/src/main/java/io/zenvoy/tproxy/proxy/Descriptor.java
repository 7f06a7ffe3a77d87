package io.zenvoy.tproxy.proxy;

import io.netty.channel.ChannelException;
import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.epoll.Native;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A non-blocking socket that an event loop watches, level-triggered unless {@link #EDGE} is in its
 * interest. Owned by that event loop.
 */
abstract class Descriptor implements EpollIoHandle {
  static final int IN = Native.EPOLLIN;
  static final int OUT = Native.EPOLLOUT;

  /**
   * In every interest, because the kernel reports it anyway and Netty deletes a descriptor whose
   * interest is empty.
   */
  static final int ERR = Native.EPOLLERR;

  static final int PEER_FIN = Native.EPOLLRDHUP;
  static final int EDGE = Native.EPOLLET;

  /** epoll_ctl(2): both directions have ended, or the peer has reset. Netty has no name for it. */
  static final int HANG_UP = 0x10;

  private static final Logger log = LoggerFactory.getLogger(Descriptor.class);

  final ProxyLoop loop;

  /** Not Netty's {@link Socket}, which asks the kernel about each one that is made. */
  final FileDescriptor socket;

  private @Nullable IoRegistration registration;
  private int interest;
  private boolean closed;

  Descriptor(ProxyLoop loop, FileDescriptor socket) {
    this.loop = loop;
    this.socket = socket;
  }

  /**
   * Something happened that was asked for, or {@link #ERR} or {@link #HANG_UP}.
   *
   * @param events of epoll_ctl(2)
   */
  abstract void ready(int events) throws IOException;

  /**
   * Does what is left to do after {@link #ready} failed unexpectedly: a connection releases what
   * depends on it and closes, and nothing is asked of it any more.
   */
  abstract void abandon();

  final boolean isClosed() {
    return closed;
  }

  /** Says what the event loop shall watch for; {@link #ERR} is added. */
  final void watch(int events) throws IOException {
    assert loop.inEventLoop();
    int wanted = events | ERR;
    if (closed || wanted == interest) {
      return;
    }
    interest = wanted;
    IoRegistration current = registration;
    if (current == null) {
      current = register();
      registration = current;
    }
    try {
      current.submit(EpollIoOps.valueOf(wanted));
    } catch (UncheckedIOException e) {
      throw new IOException("epoll does not take the descriptor", e);
    }
  }

  private IoRegistration register() throws IOException {
    Future<IoRegistration> future = loop.eventLoop().register(this);
    IoRegistration registered = future.getNow();
    if (registered == null) {
      throw new IOException("the event loop does not take the descriptor", future.cause());
    }
    return registered;
  }

  /** Closes in the regular way: what was written is delivered, and a FIN behind it. */
  final void end() {
    if (closed) {
      return;
    }
    closed = true;
    if (registration != null) {
      registration.cancel();
    }
    // Only after the events at hand: the kernel gives a number that is free to the next socket,
    // which would then get the events that were meant for this one.
    loop.afterEvents(() -> close(socket));
  }

  /** Closes with a reset (socket(7), SO_LINGER with 0). */
  final void abort() {
    if (closed) {
      return;
    }
    resetWhenClosed(socket);
    end();
  }

  private static void resetWhenClosed(FileDescriptor socket) {
    try {
      new Socket(socket.intValue()).setSoLinger(0);
    } catch (IOException | ChannelException e) {
      log.atDebug().setCause(e).log("socket can't be reset; closing it");
    }
  }

  /** Closes a socket that nobody owns with a reset. */
  static void reset(FileDescriptor socket) {
    resetWhenClosed(socket);
    close(socket);
  }

  /** Closes a socket that nobody owns. */
  static void close(FileDescriptor socket) {
    try {
      socket.close();
    } catch (IOException e) {
      log.atDebug().setCause(e).log("socket closed with an error");
    }
  }

  /**
   * Ends its direction: a FIN goes out behind what was written.
   *
   * @throws IOException if the peer has reset the connection
   */
  final void endOutput() throws IOException {
    if (closed || !Kernel.shutdownOutput(socket.intValue())) {
      throw new IOException("not connected any more");
    }
  }

  @Override
  public final FileDescriptor fd() {
    return socket;
  }

  @Override
  public final void handle(IoRegistration current, IoEvent event) {
    if (closed) {
      return;
    }
    try {
      ready(((EpollIoEvent) event).ops().value());
    } catch (IOException | RuntimeException | Error e) {
      // Whatever it is concerns this connection alone; the event loop would pause for a second.
      log.atError().setCause(e).log("connection dropped after an unexpected error");
      abandon();
    }
  }

  /** The event loop has ended, and cuts what it still held. */
  @Override
  public final void close() {
    if (closed) {
      return;
    }
    closed = true;
    reset(socket);
  }
}
