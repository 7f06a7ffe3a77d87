package io.zenvoy.xds.workloads.kubernetes;

import java.util.List;

/**
 * What zenvoy reads of an EndpointSlice, or of one subset of an Endpoints object.
 *
 * @param ports the TCP ports
 * @param ready addresses of pods that are ready and not terminating
 * @param starting addresses of pods that are neither ready nor terminating
 */
record ObservedSlice(Family family, List<Port> ports, List<String> ready, List<String> starting) {
  /** Which addresses a slice holds. */
  enum Family {
    IPV4,
    IPV6
  }

  /**
   * A port of the pods.
   *
   * @param name that of the Service's port; empty if it has none
   */
  record Port(String name, int port) {}

  ObservedSlice {
    ports = List.copyOf(ports);
    ready = List.copyOf(ready);
    starting = List.copyOf(starting);
  }
}
