package io.zenvoy.tproxy.proxy;

import java.nio.ByteBuffer;

/**
 * What a simulated end sends: bytes that tell in every position whose they are and where they
 * belong. No word of a failure answer begins like them.
 */
final class NumberedBytes {
  static final int MAX_NUMBER = 127;

  private NumberedBytes() {}

  /** Part of the bytes of one end. */
  static ByteBuffer of(int number, int from, int count) {
    ByteBuffer bytes = ByteBuffer.allocate(count);
    for (int position = from; position < from + count; position++) {
      bytes.put(at(number, position));
    }
    return bytes.flip();
  }

  /** Whose bytes begin like this; -1 if they are words. */
  static int numberOf(byte first) {
    return first < 0 ? first & MAX_NUMBER : -1;
  }

  /** Checks part of the bytes of one end. */
  static void require(int number, int from, ByteBuffer bytes) {
    for (int position = from; bytes.hasRemaining(); position++) {
      byte found = bytes.get();
      if (found != at(number, position)) {
        throw new AssertionError(
            "byte %d of end %d is %d (expected: %d)"
                .formatted(position, number, found, at(number, position)));
      }
    }
  }

  private static byte at(int number, int position) {
    return (byte) (position % 2 == 0 ? 0x80 | number : position / 2 & MAX_NUMBER);
  }
}
