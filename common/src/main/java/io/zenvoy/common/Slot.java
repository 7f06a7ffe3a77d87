package io.zenvoy.common;

/**
 * The loopback address and port on which the daemon receives the connections of one cluster while
 * that cluster has no pod.
 *
 * @param address an IPv4 address inside 127.0.0.0/8, as an unsigned number in network byte order
 * @param port 1 to 65535
 */
public record Slot(int address, int port) {
  public Slot {
    if (address >>> 24 != 127) {
      throw new IllegalArgumentException(
          "slot address " + Ipv4Network.format(address) + " (expected: inside 127.0.0.0/8)");
    }
    if (port < 1 || port > PortRange.MAX_PORT) {
      throw new IllegalArgumentException("slot port: " + port + " (expected: 1 to 65535)");
    }
  }

  /** The address in dotted form. */
  public String host() {
    return Ipv4Network.format(address);
  }

  @Override
  public String toString() {
    return host() + ":" + port;
  }
}
