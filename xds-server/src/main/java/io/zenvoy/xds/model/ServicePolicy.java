package io.zenvoy.xds.model;

import io.zenvoy.xds.schedule.AwakeTimes;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

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
 * @param wakeWith the services whose workloads are woken at the same time
 * @param awakeTimes when its workload is awake whoever asks
 * @param waitPageAfter after which wait a browser is shown a page that asks again; empty: never
 * @param dryRun whether everything is decided and told, and nothing carried out
 */
public record ServicePolicy(
    int replicas,
    Duration scaleToZeroAfter,
    Duration wakeTimeout,
    int maxParked,
    boolean startingCounts,
    boolean streaming,
    List<IgnoredRequest> ignored,
    List<ServiceKey> wakeWith,
    Optional<AwakeTimes> awakeTimes,
    Optional<Duration> waitPageAfter,
    boolean dryRun) {
  public ServicePolicy {
    ignored = List.copyOf(ignored);
    wakeWith = List.copyOf(wakeWith);
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

  /** A policy in which nothing else is asked for. */
  public ServicePolicy(
      int replicas,
      Duration scaleToZeroAfter,
      Duration wakeTimeout,
      int maxParked,
      boolean startingCounts,
      boolean streaming,
      List<IgnoredRequest> ignored) {
    this(
        replicas,
        scaleToZeroAfter,
        wakeTimeout,
        maxParked,
        startingCounts,
        streaming,
        ignored,
        List.of(),
        Optional.empty(),
        Optional.empty(),
        false);
  }

  /** The same policy, only watched. */
  public ServicePolicy watched() {
    return new ServicePolicy(
        replicas,
        scaleToZeroAfter,
        wakeTimeout,
        maxParked,
        startingCounts,
        streaming,
        ignored,
        wakeWith,
        awakeTimes,
        waitPageAfter,
        true);
  }
}
