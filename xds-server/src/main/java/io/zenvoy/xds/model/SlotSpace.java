package io.zenvoy.xds.model;

import io.zenvoy.common.Ipv4Network;
import io.zenvoy.common.PortRange;
import io.zenvoy.common.Slot;

/**
 * Which slots there are.
 *
 * @param addresses where slots' addresses come from, inside 127.0.0.0/8
 * @param ports where slots' ports come from: one port for {@code direct} slots, a range for {@code
 *     transparent} ones
 */
public record SlotSpace(Ipv4Network addresses, PortRange ports) {
  /**
   * The slot that a hash leads to.
   *
   * @param hash 64 well-mixed bits
   */
  public Slot at(long hash) {
    int address = addresses.host((int) Long.remainderUnsigned(hash, addresses.hosts()));
    long rest = Long.divideUnsigned(hash, addresses.hosts());
    return new Slot(address, ports.min() + (int) Long.remainderUnsigned(rest, ports.size()));
  }
}
