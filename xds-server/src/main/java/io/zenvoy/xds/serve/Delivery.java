package io.zenvoy.xds.serve;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What was sent of one resource on one stream: the latest and a few before it, because a client
 * goes on using the earlier one for a while.
 *
 * @param version of the content; {@link #ABSENT} if the client was told that there is none, {@link
 *     #UNPROVEN} if it has some that was sent by an earlier stream
 * @param revision of the content
 * @param gauge what {@link VersionGauge} shows once the client uses it; NaN if that isn't known
 */
record Delivery(String version, long revision, double gauge, @Nullable Delivery before) {
  static final String ABSENT = "";
  static final String UNPROVEN = "?";

  private static final int REMEMBERED = 4;

  /** What a client says that it has, from an earlier stream. */
  static Delivery claimed(String version) {
    return new Delivery(version, 0, Double.NaN, null);
  }

  /** Another delivery of the same resource, after this one. */
  Delivery then(String newVersion, long newRevision, double newGauge) {
    return new Delivery(newVersion, newRevision, newGauge, newest(REMEMBERED - 1));
  }

  /**
   * The revision that a client uses, by its gauge.
   *
   * @param current what the cache holds
   */
  OptionalLong revisionInUse(double reported, @Nullable CachedResource current) {
    if (reported == gauge) {
      // Put into the cache again with the same content: nothing had to be sent, and it is served.
      return OptionalLong.of(
          current != null && current.version().equals(version)
              ? Math.max(revision, current.revision())
              : revision);
    }
    for (Delivery earlier = before; earlier != null; earlier = earlier.before) {
      if (reported == earlier.gauge) {
        return OptionalLong.of(earlier.revision);
      }
    }
    return OptionalLong.empty();
  }

  private Delivery newest(int count) {
    Delivery kept = count > 1 && before != null ? before.newest(count - 1) : null;
    return new Delivery(version, revision, gauge, kept);
  }
}
