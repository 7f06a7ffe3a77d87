package io.zenvoy.tproxy.proxy;

import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the kernel about the other end of a connection of this machine (sock_diag(7)): whether a
 * process still has that socket. Owned by one event loop.
 */
final class PeerSockets {
  private static final Logger log = LoggerFactory.getLogger(PeerSockets.class);

  private static final int AF_INET = 2;
  private static final int AF_NETLINK = 16;
  private static final int SOCK_RAW = 3;
  private static final int NETLINK_SOCK_DIAG = 4;
  private static final short SOCK_DIAG_BY_FAMILY = 20;
  private static final short NLMSG_ERROR = 2;
  private static final short NLM_F_REQUEST = 1;
  private static final int IPPROTO_TCP = 6;
  private static final int ENOENT = -2;

  /** {@code struct nlmsghdr}. */
  private static final int HEADER_BYTES = 16;

  /** {@code struct nlmsghdr} and {@code struct inet_diag_req_v2}. */
  private static final int REQUEST_BYTES = HEADER_BYTES + 56;

  /** Where {@code struct inet_diag_msg} has {@code idiag_inode}. */
  private static final int INODE_OFFSET = HEADER_BYTES + 68;

  private final ByteBuffer request =
      ByteBuffer.allocateDirect(REQUEST_BYTES).order(ByteOrder.nativeOrder());
  private final ByteBuffer response =
      ByteBuffer.allocateDirect(4096).order(ByteOrder.nativeOrder());
  private int netlink = -1;
  private boolean unavailable;
  private int sequence;

  /** What the kernel knows about a socket. */
  enum State {
    /** A process has it. */
    HELD,
    /** The process has closed it, or it does not exist. */
    CLOSED,
    /** The kernel does not tell. */
    UNKNOWN
  }

  /**
   * Looks one socket up.
   *
   * @param own its own IPv4 address and port
   * @param peer the address and port that it is connected to
   */
  State stateOf(InetSocketAddress own, InetSocketAddress peer) {
    if (!open()) {
      return State.UNKNOWN;
    }
    writeRequest(own, peer);
    FileDescriptor descriptor = new FileDescriptor(netlink);
    try {
      descriptor.write(request, 0, REQUEST_BYTES);
      int count = descriptor.read(response, 0, response.capacity());
      return read(count);
    } catch (IOException e) {
      log.atWarn().setCause(e).log("sock_diag does not answer; half-closed clients are kept");
      unavailable = true;
      return State.UNKNOWN;
    }
  }

  private boolean open() {
    if (netlink < 0 && !unavailable) {
      netlink =
          Kernel.socket(AF_NETLINK, SOCK_RAW | Kernel.SOCK_NONBLOCK_CLOEXEC, NETLINK_SOCK_DIAG);
      if (netlink < 0) {
        unavailable = true;
        log.atWarn().log("sock_diag is not available; half-closed clients are kept");
      }
    }
    return !unavailable;
  }

  private void writeRequest(InetSocketAddress own, InetSocketAddress peer) {
    request.clear();
    request
        .putInt(REQUEST_BYTES)
        .putShort(SOCK_DIAG_BY_FAMILY)
        .putShort(NLM_F_REQUEST)
        .putInt(++sequence)
        .putInt(0);
    // All states, no extensions.
    request.put((byte) AF_INET).put((byte) IPPROTO_TCP).put((byte) 0).put((byte) 0).putInt(-1);
    // struct inet_diag_sockid is in network byte order, and any interface and cookie will do.
    request.order(ByteOrder.BIG_ENDIAN);
    request.putShort((short) own.getPort()).putShort((short) peer.getPort());
    request.put(own.getAddress().getAddress()).put(new byte[12]);
    request.put(peer.getAddress().getAddress()).put(new byte[12]);
    request.putInt(0).putInt(-1).putInt(-1);
    request.order(ByteOrder.nativeOrder());
  }

  private State read(int count) {
    if (count < HEADER_BYTES + 4) {
      return State.UNKNOWN;
    }
    short type = response.getShort(4);
    if (type == NLMSG_ERROR) {
      return response.getInt(HEADER_BYTES) == ENOENT ? State.CLOSED : State.UNKNOWN;
    }
    if (type != SOCK_DIAG_BY_FAMILY || count < INODE_OFFSET + 4) {
      return State.UNKNOWN;
    }
    return response.getInt(INODE_OFFSET) == 0 ? State.CLOSED : State.HELD;
  }

  /** Closes the socket through which the kernel is asked. */
  void close() {
    if (netlink >= 0) {
      try {
        new FileDescriptor(netlink).close();
      } catch (IOException e) {
        log.atDebug().setCause(e).log("netlink socket closed with an error");
      }
      netlink = -1;
    }
    // Timers that are due may still ask.
    unavailable = true;
  }
}
