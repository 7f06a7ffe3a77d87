package io.zenvoy.tproxy.proxy;

import io.zenvoy.common.Ipv4Network;
import io.zenvoy.common.Slot;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Asks the kernel on which slot a connection has arrived, with nothing but the slot to be made for
 * it: each connection of a crowd is asked about. Owned by one event loop.
 */
final class ArrivalSlot {
  /** {@code struct sockaddr_in} (ip(7)). */
  private static final int ADDRESS_BYTES = 16;

  private static final int PORT_OFFSET = 2;
  private static final int HOST_OFFSET = 4;

  private final Ipv4Network slots;
  private final ByteBuffer address = ByteBuffer.allocateDirect(ADDRESS_BYTES);
  private final ByteBuffer length =
      ByteBuffer.allocateDirect(Integer.BYTES).order(ByteOrder.nativeOrder());
  private final MemorySegment addressMemory = MemorySegment.ofBuffer(address);
  private final MemorySegment lengthMemory = MemorySegment.ofBuffer(length);

  /**
   * @param slots which addresses are slots
   */
  ArrivalSlot(Ipv4Network slots) {
    this.slots = slots;
  }

  /**
   * The slot of a connection.
   *
   * @param descriptor of an IPv4 socket
   * @return null if it is on another address, or broken already
   */
  @Nullable Slot of(int descriptor) {
    length.putInt(0, ADDRESS_BYTES);
    if (!Kernel.localAddress(descriptor, addressMemory, lengthMemory)) {
      return null;
    }
    int host = address.getInt(HOST_OFFSET);
    return slots.contains(host)
        ? new Slot(host, Short.toUnsignedInt(address.getShort(PORT_OFFSET)))
        : null;
  }
}
