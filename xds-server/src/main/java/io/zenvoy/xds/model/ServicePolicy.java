package io.zenvoy.xds.model;

import java.time.Duration;
import java.util.List;

/**
 * How one service wakes and sleeps.
 *
 * @param replicas what its workload is woken to, 1 or more
 * @param scaleToZeroAfter how long it must be quiet before it sleeps, more than zero
 * @param wakeTimeout how long a connection waits for a ready endpoint, more than zero
 * @param maxParked how many of its connections each daemon parks, 1 or more
 * @param startingCounts whether an endpoint that is not ready yet may be dialled as soon as its
 *     port opens ({@code ready: tcp})
 * @param streaming whether its requests have no overall time limit
 * @param ignored which of its HTTP requests neither wake it nor keep it awake
 */
public record ServicePolicy(
    int replicas,
    Duration scaleToZeroAfter,
    Duration wakeTimeout,
    int maxParked,
    boolean startingCounts,
    boolean streaming,
    List<IgnoredRequest> ignored) {
  public ServicePolicy {
    ignored = List.copyOf(ignored);
    if (replicas < 1) {
      throw new IllegalArgumentException("replicas: " + replicas + " (expected: >= 1)");
    }
    if (maxParked < 1) {
      throw new IllegalArgumentException("max-parked: " + maxParked + " (expected: >= 1)");
    }
    if (!scaleToZeroAfter.isPositive() || !wakeTimeout.isPositive()) {
      throw new IllegalArgumentException("durations (expected: more than zero)");
    }
  }
}
