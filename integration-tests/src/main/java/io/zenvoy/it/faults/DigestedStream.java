package io.zenvoy.it.faults;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.SplittableRandom;

/** Sends or receives some bytes and tells their SHA-256. */
final class DigestedStream {
  private static final int CHUNK = 16 << 10;
  private static final int PAUSE_MILLIS = 5;

  private DigestedStream() {}

  /** Sends random bytes that the seed determines. */
  static byte[] send(OutputStream output, long seed, int length) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    MessageDigest digest = Question.sha256();
    byte[] chunk = new byte[Math.min(CHUNK, length)];
    for (int left = length; left > 0; left -= chunk.length) {
      random.nextBytes(chunk);
      int count = Math.min(chunk.length, left);
      digest.update(chunk, 0, count);
      output.write(chunk, 0, count);
    }
    output.flush();
    return digest.digest();
  }

  /**
   * Receives so many bytes.
   *
   * @param slowly with pauses, the first of which is long enough for the sender to be held up
   */
  static byte[] receive(InputStream input, int length, boolean slowly)
      throws IOException, InterruptedException {
    MessageDigest digest = Question.sha256();
    byte[] chunk = new byte[Math.min(CHUNK, length)];
    int pause = slowly ? 20 * PAUSE_MILLIS : 0;
    for (int left = length; left > 0; ) {
      if (pause > 0) {
        Thread.sleep(pause);
        pause = PAUSE_MILLIS;
      }
      int count = input.readNBytes(chunk, 0, Math.min(chunk.length, left));
      if (count == 0) {
        throw new EOFException(left + " of " + length + " bytes are missing");
      }
      digest.update(chunk, 0, count);
      left -= count;
    }
    return digest.digest();
  }
}
