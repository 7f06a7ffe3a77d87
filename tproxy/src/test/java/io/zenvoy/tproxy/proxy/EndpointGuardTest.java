package io.zenvoy.tproxy.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.zenvoy.common.Ipv4Network;
import io.zenvoy.common.Slot;
import io.zenvoy.tproxy.discovery.Route;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EndpointGuardTest {
  private static final int LISTENER_PORT = 18001;

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.1", "192.168.7.7", "2001:db8::1", "fd00::7"})
  void podsAreDialled(String address) {
    assertThat(permits(false, false, address, 8080)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.128.0.1",
        "::1",
        "::ffff:127.0.0.1",
        "169.254.169.254",
        "fe80::1",
        "0.0.0.0",
        "::",
        "224.0.0.1",
        "ff02::1"
      })
  void addressesOfThisMachineAndOfTheLinkAreNotDialled(String address) {
    assertThat(permits(false, true, address, 8080)).isFalse();
  }

  @Test
  void loopbackIsDialledOnlyForLocalClustersAndOnlyIfAllowed() {
    assertThat(permits(true, true, "127.0.0.1", 8080)).isTrue();
    assertThat(permits(true, false, "127.0.0.1", 8080)).isFalse();
    assertThat(permits(true, true, "169.254.169.254", 80)).isFalse();
  }

  @Test
  void theListenerItselfIsNeverDialled() {
    assertThat(permits(true, true, "127.0.0.1", LISTENER_PORT)).isFalse();
    assertThat(permits(false, false, "10.0.0.1", LISTENER_PORT)).isTrue();
  }

  private static boolean permits(boolean localCluster, boolean allowed, String address, int port) {
    Route route =
        new Route(
            "echo",
            new Slot(Ipv4Network.parseAddress("127.128.0.1"), LISTENER_PORT),
            Duration.ofSeconds(1),
            1,
            "tcp",
            localCluster,
            List.of(),
            Optional.empty(),
            0);
    return new EndpointGuard(LISTENER_PORT, allowed)
        .permits(route, new InetSocketAddress(InetAddress.ofLiteral(address), port));
  }
}
