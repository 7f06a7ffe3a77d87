package io.zenvoy.tproxy.proxy;

import io.zenvoy.tproxy.discovery.Route;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;

/**
 * Which endpoints may be dialled: never the daemon's own listener, never loopback, link-local or
 * multicast addresses, so that nobody who can write an endpoint reaches into this pod or node.
 *
 * @param listenerPort the port of the daemon's listener
 * @param allowLocalUpstreams whether clusters that are marked local may be dialled on loopback
 */
record EndpointGuard(int listenerPort, boolean allowLocalUpstreams) {
  boolean permits(Route route, InetSocketAddress endpoint) {
    InetAddress address = endpoint.getAddress();
    if (address == null
        || address.isAnyLocalAddress()
        || address.isLinkLocalAddress()
        || address.isMulticastAddress()) {
      return false;
    }
    if (endpoint.getPort() == listenerPort && isOurs(address)) {
      return false;
    }
    return !address.isLoopbackAddress() || (route.local() && allowLocalUpstreams);
  }

  private static boolean isOurs(InetAddress address) {
    try {
      return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
    } catch (SocketException e) {
      return true;
    }
  }
}
