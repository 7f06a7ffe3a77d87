package io.zenvoy.tproxy.proxy;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;

/** The system calls that Netty does not offer. Thread-safe. */
final class Kernel {
  /** {@code asm-generic/ioctls.h}, the same on x86-64 and aarch64. */
  private static final long FIONREAD = 0x541B;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final MethodHandle IOCTL =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("ioctl"),
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG,
              ValueLayout.ADDRESS),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle SOCKET =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("socket"),
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT));

  /** {@code linux/fcntl.h}. */
  private static final int F_SETPIPE_SZ = 1031;

  private static final MethodHandle FCNTL =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("fcntl"),
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT),
          Linker.Option.firstVariadicArg(2));

  /** {@code bits/socket.h}, the same on x86-64 and aarch64. */
  private static final int MSG_PEEK_DONTWAIT = 0x02 | 0x40;

  private static final MethodHandle RECV =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("recv"),
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT));

  private Kernel() {}

  /**
   * Bytes that were received on a TCP socket and not yet read (tcp(7), SIOCINQ).
   *
   * @return -1 if the kernel does not say
   */
  static int unreadBytes(int descriptor) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment count = arena.allocate(ValueLayout.JAVA_INT);
      int result = (int) IOCTL.invokeExact(descriptor, FIONREAD, count);
      return result == 0 ? count.get(ValueLayout.JAVA_INT, 0) : -1;
    } catch (Throwable e) {
      throw new LinkageError("ioctl", e);
    }
  }

  /**
   * Looks at what was received on a socket and leaves it unread (recv(2), MSG_PEEK).
   *
   * @param buffer direct; filled from position 0
   * @param most in bytes
   * @return how many bytes, 0 if there are none or the socket is broken
   */
  static int peek(int descriptor, ByteBuffer buffer, int most) {
    try {
      MemorySegment target = MemorySegment.ofBuffer(buffer.duplicate().clear().limit(most));
      long count =
          (long) RECV.invokeExact(descriptor, target, target.byteSize(), MSG_PEEK_DONTWAIT);
      return (int) Math.max(count, 0);
    } catch (Throwable e) {
      throw new LinkageError("recv", e);
    }
  }

  /**
   * Sets how much a pipe may hold (fcntl(2), F_SETPIPE_SZ).
   *
   * @param bytes rounded up to a power of two pages
   * @return how much it may hold now; -1 if the kernel refuses, as beyond {@code
   *     pipe-user-pages-soft}
   */
  static int setPipeSize(int descriptor, int bytes) {
    try {
      return (int) FCNTL.invokeExact(descriptor, F_SETPIPE_SZ, bytes);
    } catch (Throwable e) {
      throw new LinkageError("fcntl", e);
    }
  }

  /**
   * Makes a socket (socket(2)).
   *
   * @return its descriptor, or -1
   */
  static int socket(int family, int type, int protocol) {
    try {
      return (int) SOCKET.invokeExact(family, type, protocol);
    } catch (Throwable e) {
      throw new LinkageError("socket", e);
    }
  }
}
