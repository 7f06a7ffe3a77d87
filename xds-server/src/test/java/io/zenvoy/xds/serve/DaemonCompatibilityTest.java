package io.zenvoy.xds.serve;

import static io.zenvoy.xds.serve.TestingResources.SLOTS;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.zenvoy.common.DaemonProtocol;
import io.zenvoy.common.Ipv4Network;
import io.zenvoy.common.PortRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DaemonCompatibilityTest {
  private static final SlotRequirements DIRECT =
      new SlotRequirements(
          SlotRequirements.Kind.DIRECT, SLOTS.addresses(), SLOTS.port(), SLOTS.ports());

  @ParameterizedTest
  @ValueSource(strings = {"iptables", "nft"})
  void transparentSlotsNeedARule(String redirect) {
    assertThat(problem(SLOTS, redirect)).isEmpty();
  }

  @Test
  void withoutARuleTransparentSlotsAreNotReceived() {
    assertThat(problem(SLOTS, "none"))
        .isEqualTo(
            "TPROXY_CMD: the daemon has \"none\""
                + " (expected: iptables or nft, as SLOTS is transparent)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "iptables", "nft"})
  void directSlotsAreReceivedByEveryDaemonOnTheirPort(String redirect) {
    assertThat(problem(DIRECT, redirect)).isEmpty();
  }

  @Test
  void directSlotsNeedTheSamePort() {
    SlotRequirements other =
        new SlotRequirements(SlotRequirements.Kind.DIRECT, SLOTS.addresses(), 18002, SLOTS.ports());
    assertThat(problem(other, "none")).contains("PROXY_PORT", "18001", "18002");
  }

  @Test
  void bothSidesNeedTheSameAddressesAndPorts() {
    SlotRequirements otherAddresses =
        new SlotRequirements(
            SlotRequirements.Kind.TRANSPARENT,
            Ipv4Network.parse("127.64.0.0/10"),
            SLOTS.port(),
            SLOTS.ports());
    SlotRequirements otherPorts =
        new SlotRequirements(
            SlotRequirements.Kind.TRANSPARENT,
            SLOTS.addresses(),
            SLOTS.port(),
            new PortRange(20000, 30000));
    assertThat(problem(otherAddresses, "nft")).contains("PROXY_ADDR", "127.64.0.0/10");
    assertThat(problem(otherPorts, "nft")).contains("PROXY_PORT_MAX", "20000-30000");
  }

  @Test
  void aDaemonThatTellsNothingIsAProblem() {
    assertThat(new DaemonCompatibility(SLOTS).problem(Struct.getDefaultInstance()))
        .contains("PROXY_ADDR");
  }

  private static String problem(SlotRequirements slots, String redirect) {
    Struct metadata =
        TestingResources.daemon("pod-1", redirect)
            .getMetadata()
            .getFieldsOrDefault(DaemonProtocol.NAMESPACE, Value.getDefaultInstance())
            .getStructValue();
    return new DaemonCompatibility(slots).problem(metadata);
  }
}
