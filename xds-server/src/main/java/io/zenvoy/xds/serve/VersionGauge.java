package io.zenvoy.xds.serve;

import java.nio.charset.StandardCharsets;
import net.openhft.hashing.LongHashFunction;

/**
 * The gauge {@code version} of Envoy's subscriptions: the xxHash64, with seed 0, of the version
 * string in use. A report carries it as a double, so only its highest 53 bits arrive.
 */
final class VersionGauge {
  private static final LongHashFunction XX_HASH_64 = LongHashFunction.xx();

  private VersionGauge() {}

  /** What a node reports that uses a version. */
  static double of(String version) {
    return unsigned(XX_HASH_64.hashBytes(version.getBytes(StandardCharsets.UTF_8)));
  }

  /** Rounds an unsigned number to the nearest double, as C++ does. */
  static double unsigned(long value) {
    // The lowest bit is kept when halving, so that the rounding comes out the same.
    return value >= 0 ? (double) value : ((value >>> 1) | (value & 1)) * 2.0;
  }
}
