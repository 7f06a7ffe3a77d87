package io.zenvoy.xds.workloads.kubernetes.transport;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SilenceTest {
  private static final int LIMIT = 3;

  private final Silence silence = new Silence(() -> LIMIT);

  @Test
  void itIsTooLongAfterOneBeatMoreThanTheLimit() {
    silence.demanded(1);

    assertThat(beatsUntilTooLong()).isEqualTo(LIMIT + 1);
  }

  @Test
  void everyMessageBeginsItAnew() {
    silence.demanded(2);
    beat(LIMIT);
    silence.heard();

    assertThat(beatsUntilTooLong()).isEqualTo(LIMIT + 1);
  }

  @Test
  void whatTheReceiverIsNotReadyForIsNotMissed() {
    silence.demanded(1);
    silence.heard();
    beat(100 * LIMIT);
    silence.demanded(1);

    assertThat(beatsUntilTooLong()).isEqualTo(LIMIT + 1);
  }

  @Test
  void demandWithoutEndIsNeverUsedUp() {
    silence.demanded(Long.MAX_VALUE);
    silence.demanded(Long.MAX_VALUE);
    silence.heard();

    assertThat(beatsUntilTooLong()).isEqualTo(LIMIT + 1);
  }

  private void beat(int times) {
    for (int beat = 0; beat < times; beat++) {
      assertThat(silence.isTooLong()).isFalse();
    }
  }

  private int beatsUntilTooLong() {
    int beats = 1;
    while (!silence.isTooLong()) {
      beats++;
    }
    return beats;
  }
}
