package io.zenvoy.tproxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zenvoy.common.HostPort;
import io.zenvoy.common.PortRange;
import io.zenvoy.common.StartupException;
import io.zenvoy.common.environment.Environment;
import io.zenvoy.tproxy.redirect.RedirectKind;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TproxyConfigTest {
  @Test
  void everySettingHasItsDefault() {
    TproxyConfig config = TproxyConfig.read(new Environment(Map.of()));
    assertThat(config.xdsAddress()).isEqualTo(new HostPort("zenvoy-xds", 18000));
    assertThat(config.nodeCluster()).isEqualTo("zenvoy");
    assertThat(config.nodeId()).isNotEmpty();
    assertThat(config.slots().kind()).isEqualTo(RedirectKind.IPTABLES);
    assertThat(config.slots().network()).hasToString("127.128.0.0/9");
    assertThat(config.slots().listenerPort()).isEqualTo(18001);
    assertThat(config.slots().ports()).isEqualTo(new PortRange(20000, 32767));
    assertThat(config.maxParked()).isEqualTo(100_000);
    assertThat(config.adminPort()).isEqualTo(18081);
    assertThat(config.allowLocalUpstreams()).isFalse();
  }

  @Test
  void thePodsNameIsTheNodeId() {
    Environment environment = new Environment(Map.of("POD_NAME", "zenvoy-proxy-1"));
    assertThat(TproxyConfig.read(environment).nodeId()).isEqualTo("zenvoy-proxy-1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          XDS_ADDR              | zenvoy-xds       | host:port
          XDS_ADDR              | zenvoy-xds:x     | host:port
          PROXY_ADDR            | 10.0.0.0/8       | inside 127.0.0.0/8
          PROXY_ADDR            | 127.0.0.1        | inside 127.0.0.0/8
          PROXY_PORT            | many             | 1 to 65535
          PROXY_PORT            | 0                | 1 to 65535
          PROXY_PORT_MIN        | 40000            | at most PROXY_PORT_MAX, which is 32767
          PROXY_PORT_MAX        | 70000            | 1 to 65535
          TPROXY_CMD            | ipfw             | iptables, nft, none
          MAX_PARKED            | 0                | 1 to
          ADMIN_PORT            | 18001            | another port than PROXY_PORT
          ALLOW_LOCAL_UPSTREAMS | yes              | true or false
          LOG_LEVEL             | loud             | info
          LOG_FORMAT            | xml              | json
          """)
  void aWrongSettingIsNamedWithItsValueAndWhatIsExpected(
      String key, String value, String expected) {
    assertThatThrownBy(() -> TproxyConfig.read(new Environment(Map.of(key, value))))
        .isInstanceOf(StartupException.class)
        .hasMessageContaining(key)
        .hasMessageContaining("\"" + value + "\"")
        .hasMessageContaining(expected)
        .hasMessageNotContaining("\n");
  }
}
