package io.zenvoy.tproxy.proxy;

import io.netty.channel.epoll.Native;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;

/**
 * A pipe of the kernel's, through which bytes pass from one socket to another without being copied.
 * Owned by one event loop.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/splice.2.html">splice(2)</a>
 */
final class Pipe {
  private final FileDescriptor readEnd;
  private final FileDescriptor writeEnd;
  private final int capacity;
  private int held;

  private Pipe(FileDescriptor readEnd, FileDescriptor writeEnd, int capacity) {
    this.readEnd = readEnd;
    this.writeEnd = writeEnd;
    this.capacity = capacity;
  }

  /**
   * Makes an empty one.
   *
   * @param capacity that is wanted, in bytes
   * @throws IOException if the process may have no more descriptors, or its user no such pipe
   */
  static Pipe open(int capacity) throws IOException {
    FileDescriptor[] ends = FileDescriptor.pipe();
    Pipe pipe = new Pipe(ends[0], ends[1], Kernel.setPipeSize(ends[1].intValue(), capacity));
    if (pipe.capacity < capacity) {
      pipe.close();
      throw new IOException("no pipe of " + capacity + " bytes");
    }
    return pipe;
  }

  boolean isEmpty() {
    return held == 0;
  }

  /**
   * Takes what a socket has received; the pipe is empty.
   *
   * @return how many bytes; 0 if there are none now, or never will be again: reading tells which
   * @throws IOException if the socket is broken
   */
  int fillFrom(FileDescriptor source) throws IOException {
    held = Native.splice(source.intValue(), -1, writeEnd.intValue(), -1, capacity);
    return held;
  }

  /**
   * Gives what it holds to a socket, as much as that takes.
   *
   * @return how many bytes
   * @throws IOException if the socket is broken
   */
  int emptyInto(FileDescriptor sink) throws IOException {
    int given = 0;
    while (held > 0) {
      int count = Native.splice(readEnd.intValue(), -1, sink.intValue(), -1, held);
      if (count == 0) {
        break;
      }
      held -= count;
      given += count;
    }
    return given;
  }

  /** Drops what it still holds. */
  void close() {
    try (AutoCloseable _ = readEnd::close;
        AutoCloseable _ = writeEnd::close) {
      held = 0;
    } catch (Exception e) {
      throw new IllegalStateException("a pipe can't be closed", e);
    }
  }
}
