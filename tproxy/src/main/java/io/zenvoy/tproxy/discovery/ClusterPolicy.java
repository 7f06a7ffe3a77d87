package io.zenvoy.tproxy.discovery;

import io.zenvoy.common.DaemonProtocol;
import io.zenvoy.common.Ipv4Network;
import io.zenvoy.common.Slot;
import io.zenvoy.tproxy.discovery.wire.Cluster;
import io.zenvoy.tproxy.discovery.wire.Struct;
import io.zenvoy.tproxy.discovery.wire.Value;
import java.time.Duration;
import java.util.Optional;

/** What a {@link Cluster}'s filter metadata says about its slot and its waiting connections. */
record ClusterPolicy(
    String cluster,
    Slot slot,
    Duration wakeTimeout,
    int maxParked,
    String protocol,
    boolean local,
    Optional<Duration> waitPageAfter) {

  /** More than any annotation can say; a sum of it and a clock's nanoseconds fits in a long. */
  private static final Duration LONGEST = Duration.ofDays(365 * 200);

  /**
   * Reads a cluster.
   *
   * @throws InvalidResourceException if a field is missing or out of range
   */
  static ClusterPolicy parse(Cluster cluster) throws InvalidResourceException {
    Struct fields =
        cluster
            .getMetadata()
            .getFilterMetadataOrDefault(DaemonProtocol.NAMESPACE, Struct.getDefaultInstance());
    try {
      return new ClusterPolicy(
          cluster.getName(),
          new Slot(
              Ipv4Network.parseAddress(field(fields, DaemonProtocol.SLOT_ADDRESS).getStringValue()),
              number(fields, DaemonProtocol.SLOT_PORT, 65535)),
          milliseconds(fields, DaemonProtocol.WAKE_TIMEOUT_MILLIS),
          number(fields, DaemonProtocol.MAX_PARKED, Integer.MAX_VALUE),
          fields
              .getFieldsOrDefault(DaemonProtocol.PROTOCOL, Value.getDefaultInstance())
              .getStringValue(),
          fields
              .getFieldsOrDefault(DaemonProtocol.LOCAL, Value.getDefaultInstance())
              .getBoolValue(),
          waitPageAfter(fields));
    } catch (IllegalArgumentException e) {
      throw new InvalidResourceException("cluster " + cluster.getName() + ": " + e.getMessage(), e);
    }
  }

  private static Optional<Duration> waitPageAfter(Struct fields) {
    return fields.containsFields(DaemonProtocol.WAIT_PAGE_AFTER_MILLIS)
        ? Optional.of(milliseconds(fields, DaemonProtocol.WAIT_PAGE_AFTER_MILLIS))
        : Optional.empty();
  }

  private static Duration milliseconds(Struct fields, String name) {
    double value = field(fields, name).getNumberValue();
    if (!(value >= 1 && value <= LONGEST.toMillis())) {
      throw new IllegalArgumentException(
          "metadata " + name + ": " + value + " (expected: from a millisecond to " + LONGEST + ")");
    }
    return Duration.ofMillis((long) value);
  }

  private static int number(Struct fields, String name, int max) {
    double value = field(fields, name).getNumberValue();
    if (!(value >= 1 && value <= max)) {
      throw new IllegalArgumentException(
          "metadata " + name + ": " + value + " (expected: a number from 1 to " + max + ")");
    }
    return (int) value;
  }

  private static Value field(Struct fields, String name) {
    Value value = fields.getFieldsMap().get(name);
    if (value == null) {
      throw new IllegalArgumentException("metadata " + name + " is missing");
    }
    return value;
  }
}
