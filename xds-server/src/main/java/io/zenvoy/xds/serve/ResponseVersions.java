package io.zenvoy.xds.serve;

import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Names responses: no two responses of this process, nor of another one, have the same version.
 * That makes a node's {@link VersionGauge} a proof of what it uses. Thread-safe.
 */
final class ResponseVersions {
  private final String start = UUID.randomUUID().toString();
  private final AtomicLong sequence = new AtomicLong();

  String next() {
    return start + "-" + sequence.incrementAndGet();
  }
}
