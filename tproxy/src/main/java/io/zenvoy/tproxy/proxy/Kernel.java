package io.zenvoy.tproxy.proxy;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;

/**
 * The system calls that Netty does not offer, or offers with more than a crowd needs. Thread-safe.
 */
final class Kernel {
  /** {@code asm-generic/ioctls.h}, the same on x86-64 and aarch64. */
  private static final long FIONREAD = 0x541B;

  /** {@code linux/fcntl.h}. */
  private static final int F_SETPIPE_SZ = 1031;

  /** {@code bits/socket.h}, the same on x86-64 and aarch64. */
  private static final int MSG_PEEK_DONTWAIT = 0x02 | 0x40;

  /** {@code bits/socket.h}, the same on x86-64 and aarch64. */
  private static final int SHUT_WR = 1;

  /** {@code bits/socket_type.h}, the same on x86-64 and aarch64. */
  static final int SOCK_NONBLOCK_CLOEXEC = 0x800 | 0x80000;

  private static final Linker LINKER = Linker.nativeLinker();

  /**
   * All functions are called alike, so that Java makes the code of a call only once, which takes a
   * tenth of a start. Both calling conventions allow it: each argument, an address as well, is a
   * register of 64 bits, of which an int takes the lower half.
   */
  private static final FunctionDescriptor CALL =
      FunctionDescriptor.of(
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_LONG);

  private static final MethodHandle ACCEPT4 = function("accept4");
  private static final MethodHandle GETSOCKNAME = function("getsockname");
  private static final MethodHandle IOCTL = function("ioctl");
  private static final MethodHandle SOCKET = function("socket");
  private static final MethodHandle SHUTDOWN = function("shutdown");
  private static final MethodHandle FCNTL = function("fcntl");
  private static final MethodHandle RECV = function("recv");

  private Kernel() {}

  private static MethodHandle function(String name) {
    // Two of them take any number of arguments; to the others it makes no difference.
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name), CALL, Linker.Option.firstVariadicArg(2));
  }

  private static long call(
      MethodHandle function, long first, long second, long third, long fourth) {
    try {
      return (long) function.invokeExact(first, second, third, fourth);
    } catch (Throwable e) {
      throw new LinkageError("a function of the kernel's can't be called", e);
    }
  }

  /**
   * Takes the next connection from a listening socket, non-blocking, without asking who it is
   * (accept4(2)).
   *
   * @return its descriptor; -1 if there is none or it can't be taken
   */
  static int accept(int listener) {
    return (int) call(ACCEPT4, listener, 0, 0, SOCK_NONBLOCK_CLOEXEC);
  }

  /**
   * Reads the address that a socket is bound to (getsockname(2)).
   *
   * @param address filled with a {@code struct sockaddr}; native
   * @param length the size of that in bytes, an int; native
   * @return whether the kernel tells
   */
  static boolean localAddress(int descriptor, MemorySegment address, MemorySegment length) {
    try {
      return (int) call(GETSOCKNAME, descriptor, address.address(), length.address(), 0) == 0;
    } finally {
      Reference.reachabilityFence(address);
      Reference.reachabilityFence(length);
    }
  }

  /**
   * Sends a FIN behind what was written (shutdown(2)).
   *
   * @return whether the socket is still connected
   */
  static boolean shutdownOutput(int descriptor) {
    return (int) call(SHUTDOWN, descriptor, SHUT_WR, 0, 0) == 0;
  }

  /**
   * Bytes that were received on a TCP socket and not yet read (tcp(7), SIOCINQ).
   *
   * @return -1 if the kernel does not say
   */
  static int unreadBytes(int descriptor) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment count = arena.allocate(ValueLayout.JAVA_INT);
      int result = (int) call(IOCTL, descriptor, FIONREAD, count.address(), 0);
      return result == 0 ? count.get(ValueLayout.JAVA_INT, 0) : -1;
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
    if (!buffer.isDirect()) {
      throw new IllegalArgumentException("a buffer on the heap (expected: a direct one)");
    }
    try {
      MemorySegment target = MemorySegment.ofBuffer(buffer.duplicate().clear().limit(most));
      long count = call(RECV, descriptor, target.address(), target.byteSize(), MSG_PEEK_DONTWAIT);
      return (int) Math.max(count, 0);
    } finally {
      Reference.reachabilityFence(buffer);
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
    return (int) call(FCNTL, descriptor, F_SETPIPE_SZ, bytes, 0);
  }

  /**
   * Makes a socket (socket(2)).
   *
   * @return its descriptor, or -1
   */
  static int socket(int family, int type, int protocol) {
    return (int) call(SOCKET, family, type, protocol, 0);
  }
}
