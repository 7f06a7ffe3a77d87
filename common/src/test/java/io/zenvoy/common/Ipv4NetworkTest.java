package io.zenvoy.common;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Ipv4NetworkTest {
  private static final Ipv4Network DEFAULT = Ipv4Network.parseLoopback("127.128.0.0/9");

  @Test
  void containsItsAddressesAndNoOthers() {
    assertThat(DEFAULT.contains(Ipv4Network.parseAddress("127.128.0.0"))).isTrue();
    assertThat(DEFAULT.contains(Ipv4Network.parseAddress("127.255.255.255"))).isTrue();
    assertThat(DEFAULT.contains(Ipv4Network.parseAddress("127.127.255.255"))).isFalse();
    assertThat(DEFAULT.contains(Ipv4Network.parseAddress("128.128.0.1"))).isFalse();
  }

  @Test
  void handsOutAllAddressesButTheFirstAndTheLast() {
    assertThat(Ipv4Network.format(DEFAULT.host(0))).isEqualTo("127.128.0.1");
    assertThat(Ipv4Network.format(DEFAULT.host(DEFAULT.hosts() - 1))).isEqualTo("127.255.255.254");
    assertThatThrownBy(() -> DEFAULT.host(DEFAULT.hosts()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void isWrittenAsItIsRead() {
    assertThat(DEFAULT).hasToString("127.128.0.0/9");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "127.0.0.0",
        "127.0.0.0/7",
        "127.0.0.0/31",
        "127.128.0.1/9",
        "127.0.0.256/16",
        "10.0.0.0/8"
      })
  void refusesWhatIsNoLoopbackNetwork(String text) {
    assertThatThrownBy(() -> Ipv4Network.parseLoopback(text))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
