package io.zenvoy.xds.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class VersionGaugeTest {
  @Test
  void theHashIsEnvoys() {
    // xxHash64 with seed 0, from the algorithm's own test vectors.
    assertThat(VersionGauge.of("")).isEqualTo(0xEF46DB3751D8E999L * 1.0 + 0x1p64);
    assertThat(VersionGauge.of("a")).isEqualTo(VersionGauge.unsigned(0xD24EC4F1A98C6E5BL));
  }

  @Property(tries = 1000)
  void unsignedNumbersAreRoundedAsEverywhere(@ForAll long value) {
    assertThat(VersionGauge.unsigned(value))
        .isEqualTo(new BigInteger(Long.toUnsignedString(value)).doubleValue());
  }
}
