package io.zenvoy.tproxy.redirect;

import io.zenvoy.common.Ipv4Network;
import io.zenvoy.common.PortRange;
import io.zenvoy.common.Slot;
import java.util.Optional;

/**
 * Which slots this daemon can receive.
 *
 * @param network the addresses of slots ({@code PROXY_ADDR})
 * @param listenerPort the port of the one listener ({@code PROXY_PORT})
 * @param ports the ports that a rule hands over ({@code PROXY_PORT_MIN} to {@code PROXY_PORT_MAX})
 */
public record ReceivableSlots(
    RedirectKind kind, Ipv4Network network, int listenerPort, PortRange ports) {

  /** Why connections to a slot would not arrive, with the settings to look at; empty if they do. */
  public Optional<String> problemOf(Slot slot) {
    if (!network.contains(slot.address())) {
      return Optional.of("slot " + slot + " (expected: inside PROXY_ADDR " + network + ")");
    }
    if (kind.isTransparent() && !ports.contains(slot.port())) {
      return Optional.of(
          "slot " + slot + " (expected: a port of PROXY_PORT_MIN-PROXY_PORT_MAX " + ports + ")");
    }
    if (!kind.isTransparent() && slot.port() != listenerPort) {
      return Optional.of(
          "slot "
              + slot
              + " (expected with TPROXY_CMD=none: PROXY_PORT "
              + listenerPort
              + ", that is SLOTS=direct at xds-server)");
    }
    return Optional.empty();
  }
}
