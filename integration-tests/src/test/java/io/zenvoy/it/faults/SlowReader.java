package io.zenvoy.it.faults;

import io.zenvoy.it.Pause;
import java.time.Duration;

/**
 * Reads as quickly as it can, but at one place not at all until the sender can send no more, and
 * then slowly for a while.
 */
final class SlowReader implements LongStream.Manner {
  private static final long SLOW_FOR = 16 << 20;
  private static final int SIP = 16 << 10;
  private static final Duration BETWEEN_SIPS = Duration.ofMillis(1);

  private final long place;
  private volatile long underWay;

  /**
   * @param place in bytes received
   */
  SlowReader(long place) {
    this.place = place;
  }

  /** How many bytes had been sent and not read when the sender could send no more; 0 before. */
  long underWay() {
    return underWay;
  }

  @Override
  public int beforeRead(LongStream stream) {
    long received = stream.received();
    if (received < place || received > place + SLOW_FOR) {
      return LongStreamServer.LARGEST_FRAME;
    }
    if (underWay == 0) {
      stream.awaitHeldUp();
      underWay = stream.sent() - received;
    }
    Pause.of(BETWEEN_SIPS);
    return SIP;
  }
}
