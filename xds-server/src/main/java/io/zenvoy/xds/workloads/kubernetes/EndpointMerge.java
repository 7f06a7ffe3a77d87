package io.zenvoy.xds.workloads.kubernetes;

import io.zenvoy.common.HostPort;
import io.zenvoy.xds.model.Endpoints;
import io.zenvoy.xds.workloads.kubernetes.ObservedSlice.Family;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Merges the slices of one Service. Pure. */
final class EndpointMerge {
  private EndpointMerge() {}

  /**
   * By the Service port's name, those without any endpoint left out. The pods of a dual-stack
   * Service are in a slice of each family: only their IPv4 addresses are given, and the IPv6 ones
   * of a Service that has no others. An address that one slice calls ready and another starting, as
   * may be for a moment while they are rewritten, is ready.
   */
  static Map<String, Endpoints> byPort(Collection<ObservedSlice> slices, Collection<String> ports) {
    Family family = slices.stream().anyMatch(EndpointMerge::isIpv4) ? Family.IPV4 : Family.IPV6;
    List<ObservedSlice> chosen = slices.stream().filter(slice -> slice.family() == family).toList();
    Map<String, Endpoints> byPort = new HashMap<>();
    for (String port : ports) {
      Set<HostPort> ready =
          addresses(chosen, port, ObservedSlice::ready).collect(Collectors.toSet());
      List<HostPort> starting =
          addresses(chosen, port, ObservedSlice::starting)
              .filter(address -> !ready.contains(address))
              .toList();
      if (!ready.isEmpty() || !starting.isEmpty()) {
        byPort.put(port, new Endpoints(List.copyOf(ready), starting));
      }
    }
    return byPort;
  }

  private static boolean isIpv4(ObservedSlice slice) {
    return slice.family() == Family.IPV4
        && (!slice.ready().isEmpty() || !slice.starting().isEmpty());
  }

  private static Stream<HostPort> addresses(
      List<ObservedSlice> slices, String name, Function<ObservedSlice, List<String>> which) {
    return slices.stream()
        .flatMap(
            slice ->
                slice.ports().stream()
                    .filter(port -> port.name().equals(name))
                    .flatMap(
                        port ->
                            which.apply(slice).stream()
                                .map(address -> new HostPort(address, port.port()))));
  }
}
