package io.zenvoy.tproxy.redirect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zenvoy.common.Ipv4Network;
import io.zenvoy.common.PortRange;
import io.zenvoy.common.Slot;
import io.zenvoy.common.StartupException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The rules' text; that the kernel does what they say is the integration tests' matter. */
final class RedirectTest {
  private static final Ipv4Network NETWORK = Ipv4Network.parse("127.128.0.0/9");

  @Test
  void iptablesHandsOverTheNetworksPorts() {
    ReceivableSlots slots = slots(RedirectKind.IPTABLES);
    assertThat(new IptablesRedirect(slots, new CommandRunner(slots.kind())).rules())
        .contains(
            "-A ZENVOY -i lo -p tcp -d 127.128.0.0/9 --dport 20000:32767"
                + " -j TPROXY --on-port 18001\n");
  }

  @Test
  void nftHandsOverTheNetworksPorts() {
    ReceivableSlots slots = slots(RedirectKind.NFT);
    assertThat(new NftRedirect(slots, new CommandRunner(slots.kind())).rules())
        .contains("iifname \"lo\" ip daddr 127.128.0.0/9 tcp dport 20000-32767 tproxy to :18001\n");
  }

  @Test
  void aMissingToolIsNamedWithTheSettingAndTheWayOut() {
    CommandRunner commands = new CommandRunner(RedirectKind.NFT);
    assertThatThrownBy(() -> commands.run(List.of("no-such-program"), ""))
        .isInstanceOf(StartupException.class)
        .hasMessageContaining("TPROXY_CMD: \"nft\"")
        .hasMessageContaining("no-such-program")
        .hasMessageContaining("TPROXY_CMD=none");
  }

  @Test
  void aMissingPrivilegeIsNamedWithTheSettingAndTheWayOut() {
    CommandRunner commands = new CommandRunner(RedirectKind.IPTABLES);
    assertThatThrownBy(
            () ->
                commands.run(
                    List.of(
                        "sh", "-c", "echo 'Operation not permitted (you must be root)'; exit 4"),
                    ""))
        .isInstanceOf(StartupException.class)
        .hasMessageContaining("NET_ADMIN")
        .hasMessageContaining("TPROXY_CMD=none")
        .hasMessageNotContaining("\n");
  }

  @Test
  void slotsThatDoNotArriveAreExplained() {
    Slot slot = new Slot(Ipv4Network.parseAddress("127.128.0.1"), 20001);
    assertThat(slots(RedirectKind.IPTABLES).problemOf(slot)).isEmpty();
    assertThat(slots(RedirectKind.NONE).problemOf(slot))
        .hasValueSatisfying(problem -> assertThat(problem).contains("TPROXY_CMD=none"));
    Slot foreign = new Slot(Ipv4Network.parseAddress("127.0.0.1"), 20001);
    assertThat(slots(RedirectKind.NFT).problemOf(foreign))
        .hasValueSatisfying(problem -> assertThat(problem).contains("PROXY_ADDR"));
    Slot high = new Slot(Ipv4Network.parseAddress("127.128.0.1"), 40000);
    assertThat(slots(RedirectKind.NFT).problemOf(high))
        .hasValueSatisfying(problem -> assertThat(problem).contains("PROXY_PORT_MAX"));
  }

  private static ReceivableSlots slots(RedirectKind kind) {
    return new ReceivableSlots(kind, NETWORK, 18001, new PortRange(20000, 32767));
  }
}
