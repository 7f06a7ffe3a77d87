package io.zenvoy.xds.serve;

import io.zenvoy.common.Ipv4Network;
import io.zenvoy.common.PortRange;

/**
 * The slots in use, as far as a daemon must be set up for them.
 *
 * @param kind the setting {@code SLOTS}
 * @param addresses {@code PROXY_ADDR}
 * @param port {@code PROXY_PORT}: the port of every direct slot, 1 to 65535
 * @param ports {@code PROXY_PORT_MIN} and {@code PROXY_PORT_MAX}: the ports of transparent slots
 */
public record SlotRequirements(Kind kind, Ipv4Network addresses, int port, PortRange ports) {
  /** How connections to a slot reach the daemon. */
  public enum Kind {
    /** By a rule of the kernel's firewall. */
    TRANSPARENT,
    /** By dialling the daemon's own port on any loopback address. */
    DIRECT
  }

  public SlotRequirements {
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("port: " + port + " (expected: 1 to 65535)");
    }
  }
}
