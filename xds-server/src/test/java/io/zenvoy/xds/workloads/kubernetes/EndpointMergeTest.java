package io.zenvoy.xds.workloads.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.zenvoy.common.HostPort;
import io.zenvoy.xds.model.Endpoints;
import io.zenvoy.xds.workloads.kubernetes.ObservedSlice.Family;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EndpointMergeTest {
  private static final List<ObservedSlice.Port> HTTP =
      List.of(new ObservedSlice.Port("http", 8080));

  @Test
  void slicesAreMergedAndDeduplicated() {
    assertThat(
            merge(
                ipv4(List.of("10.0.0.1", "10.0.0.2"), List.of()),
                ipv4(List.of("10.0.0.2"), List.of("10.0.0.3"))))
        .isEqualTo(Map.of("http", endpoints(List.of("10.0.0.1", "10.0.0.2"), List.of("10.0.0.3"))));
  }

  @Test
  void anEndpointThatIsReadyInOneSliceIsNotStartingInAnother() {
    assertThat(merge(ipv4(List.of(), List.of("10.0.0.1")), ipv4(List.of("10.0.0.1"), List.of())))
        .isEqualTo(Map.of("http", endpoints(List.of("10.0.0.1"), List.of())));
  }

  @Test
  void ofADualStackServiceOnlyTheIpv4AddressesAreGiven() {
    ObservedSlice ipv6 = new ObservedSlice(Family.IPV6, HTTP, List.of("fd00::1"), List.of());

    assertThat(merge(ipv6, ipv4(List.of("10.0.0.1"), List.of())))
        .isEqualTo(Map.of("http", endpoints(List.of("10.0.0.1"), List.of())));
    assertThat(merge(ipv6, ipv4(List.of(), List.of())))
        .isEqualTo(Map.of("http", endpoints(List.of("fd00::1"), List.of())));
  }

  @Test
  void portsAreToldApartByNameAlone() {
    ObservedSlice slice =
        new ObservedSlice(
            Family.IPV4,
            List.of(
                new ObservedSlice.Port("http", 8080),
                new ObservedSlice.Port("metrics", 9090),
                new ObservedSlice.Port("unknown", 1)),
            List.of("10.0.0.1"),
            List.of());

    assertThat(EndpointMerge.byPort(List.of(slice), List.of("http", "metrics", "absent")))
        .isEqualTo(
            Map.of(
                "http",
                new Endpoints(List.of(new HostPort("10.0.0.1", 8080)), List.of()),
                "metrics",
                new Endpoints(List.of(new HostPort("10.0.0.1", 9090)), List.of())));
  }

  @Test
  void podsMayUseDifferentNumbersForOneNamedPort() {
    ObservedSlice other =
        new ObservedSlice(
            Family.IPV4,
            List.of(new ObservedSlice.Port("http", 9999)),
            List.of("10.0.0.2"),
            List.of());

    assertThat(merge(ipv4(List.of("10.0.0.1"), List.of()), other))
        .isEqualTo(
            Map.of(
                "http",
                new Endpoints(
                    List.of(new HostPort("10.0.0.1", 8080), new HostPort("10.0.0.2", 9999)),
                    List.of())));
  }

  @Test
  void aPortWithoutEndpointsIsAbsent() {
    assertThat(merge()).isEmpty();
    assertThat(merge(ipv4(List.of(), List.of()))).isEmpty();
  }

  private static Map<String, Endpoints> merge(ObservedSlice... slices) {
    return EndpointMerge.byPort(List.of(slices), List.of("http"));
  }

  private static ObservedSlice ipv4(List<String> ready, List<String> starting) {
    return new ObservedSlice(Family.IPV4, HTTP, ready, starting);
  }

  private static Endpoints endpoints(List<String> ready, List<String> starting) {
    return new Endpoints(
        ready.stream().map(host -> new HostPort(host, 8080)).toList(),
        starting.stream().map(host -> new HostPort(host, 8080)).toList());
  }
}
