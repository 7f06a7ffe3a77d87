package io.zenvoy.tproxy.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

final class ReportWriterTest {
  @Property
  void everyNumberIsRoundedAsOneWithoutASign(@ForAll long bits) {
    BigInteger unsigned = new BigInteger(Long.toUnsignedString(bits));
    assertThat(ReportWriter.unsigned(bits)).isEqualTo(unsigned.doubleValue());
  }

  @Test
  void versionsAreHashedLikeEnvoyHashesThem() {
    // Test vectors of xxHash64 with seed 0 (github.com/Cyan4973/xxHash).
    assertThat(ResourceStore.versionHash("")).isEqualTo(0xEF46DB3751D8E999L);
    assertThat(ResourceStore.versionHash("a")).isEqualTo(0xD24EC4F1A98C6E5BL);
    assertThat(ResourceStore.versionHash("abc")).isEqualTo(0x44BC2CF5AD770999L);
  }
}
