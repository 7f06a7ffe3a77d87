package io.zenvoy.tproxy.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class OpenFileLimitTest {
  @Test
  void everyParkedConnectionLeavesRoomForItsUpstream() {
    assertThat(OpenFileLimit.cap(100_000, 20_000)).isEqualTo(9872);
    assertThat(OpenFileLimit.cap(100, 20_000)).isEqualTo(100);
    assertThat(OpenFileLimit.cap(100_000, Long.MAX_VALUE)).isEqualTo(100_000);
    assertThat(OpenFileLimit.cap(100_000, 64)).isEqualTo(1);
  }
}
