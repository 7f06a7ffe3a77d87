package io.zenvoy.it.faults;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/** Bytes without end in blocks of which no two parts are alike. Used by one thread. */
final class NumberedBlocks {
  static final int SIZE = 64 << 10;
  private static final int PART = 256;

  private final byte[] block = new byte[SIZE];
  private final ByteBuffer numbers = ByteBuffer.wrap(block);
  private long next;

  NumberedBlocks() {
    new SplittableRandom(SIZE).nextBytes(block);
  }

  /** The next block; it is the caller's until it asks for another. */
  byte[] next() {
    for (int offset = 0; offset < SIZE; offset += PART) {
      numbers.putLong(offset, next++);
    }
    return block;
  }
}
