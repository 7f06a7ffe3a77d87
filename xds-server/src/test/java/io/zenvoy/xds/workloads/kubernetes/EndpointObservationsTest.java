package io.zenvoy.xds.workloads.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Endpoints;
import io.fabric8.kubernetes.api.model.EndpointsBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.workloads.kubernetes.ObservedSlice.Family;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EndpointObservationsTest {
  @Test
  void anEndpointIsReadyUnlessItSaysOtherwiseOrTerminates() {
    EndpointSlice slice = slice("IPv4");
    add(slice, "10.0.0.1", true, null);
    add(slice, "10.0.0.2", null, null);
    add(slice, "10.0.0.3", false, false);
    add(slice, "10.0.0.4", true, true);
    add(slice, "10.0.0.5", false, true);

    assertThat(EndpointObservations.slice(slice))
        .containsExactly(
            new ObservedSlice(
                Family.IPV4,
                List.of(new ObservedSlice.Port("http", 8080)),
                List.of("10.0.0.1", "10.0.0.2"),
                List.of("10.0.0.3")));
  }

  @Test
  void anEndpointWithoutConditionsIsReady() {
    EndpointSlice slice =
        slice("IPv6").edit().addNewEndpoint().withAddresses("fd00::1").endEndpoint().build();

    assertThat(EndpointObservations.slice(slice))
        .singleElement()
        .satisfies(
            observed -> {
              assertThat(observed.family()).isEqualTo(Family.IPV6);
              assertThat(observed.ready()).containsExactly("fd00::1");
            });
  }

  @Test
  void namesAndUdpPortsAreNobodysEndpoints() {
    assertThat(EndpointObservations.slice(slice("FQDN"))).isEmpty();
    EndpointSlice dns = slice("IPv4").edit().editFirstPort().withProtocol("UDP").endPort().build();
    assertThat(EndpointObservations.slice(dns).getFirst().ports()).isEmpty();
  }

  @Test
  void aPortWithoutNameHasTheEmptyOne() {
    EndpointSlice slice = slice("IPv4").edit().editFirstPort().withName(null).endPort().build();

    assertThat(EndpointObservations.slice(slice).getFirst().ports())
        .containsExactly(new ObservedSlice.Port("", 8080));
  }

  @Test
  void aSliceBelongsToTheServiceOfItsLabel() {
    assertThat(EndpointObservations.serviceOf(slice("IPv4")))
        .contains(new ServiceKey("default", "echo"));
    EndpointSlice unlabelled =
        slice("IPv4").edit().editMetadata().withLabels(null).endMetadata().build();
    assertThat(EndpointObservations.serviceOf(unlabelled)).isEmpty();
  }

  @Test
  void subsetsOfEndpointsAreReadLikeSlices() {
    Endpoints endpoints =
        new EndpointsBuilder()
            .addNewSubset()
            .addNewAddress()
            .withIp("10.0.0.1")
            .endAddress()
            .addNewAddress()
            .withIp("fd00::1")
            .endAddress()
            .addNewNotReadyAddress()
            .withIp("10.0.0.2")
            .endNotReadyAddress()
            .addNewPort()
            .withName("http")
            .withPort(8080)
            .withProtocol("TCP")
            .endPort()
            .endSubset()
            .build();

    assertThat(EndpointObservations.subsets(endpoints.getSubsets()))
        .containsExactly(
            new ObservedSlice(
                Family.IPV4,
                List.of(new ObservedSlice.Port("http", 8080)),
                List.of("10.0.0.1"),
                List.of("10.0.0.2")),
            new ObservedSlice(
                Family.IPV6,
                List.of(new ObservedSlice.Port("http", 8080)),
                List.of("fd00::1"),
                List.of()));
  }

  private static EndpointSlice slice(String addressType) {
    return new EndpointSliceBuilder()
        .withNewMetadata()
        .withNamespace("default")
        .withName("echo-abc")
        .addToLabels("kubernetes.io/service-name", "echo")
        .endMetadata()
        .withAddressType(addressType)
        .addNewPort()
        .withName("http")
        .withPort(8080)
        .withProtocol("TCP")
        .endPort()
        .build();
  }

  private static void add(
      EndpointSlice slice, String address, @Nullable Boolean ready, @Nullable Boolean terminating) {
    EndpointSlice added =
        slice
            .edit()
            .addNewEndpoint()
            .withAddresses(address)
            .withNewConditions()
            .withReady(ready)
            .withTerminating(terminating)
            .endConditions()
            .endEndpoint()
            .build();
    slice.setEndpoints(added.getEndpoints());
  }
}
