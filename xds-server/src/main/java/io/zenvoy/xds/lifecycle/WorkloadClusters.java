package io.zenvoy.xds.lifecycle;

import io.zenvoy.xds.model.Cluster;
import io.zenvoy.xds.model.ServicePolicy;
import io.zenvoy.xds.model.WorkloadKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The clusters of one workload: all its services and ports. Where their policies differ, the most
 * patient one holds for all.
 *
 * <p>Owned by the life cycle's thread.
 */
final class WorkloadClusters {
  private final Map<String, Cluster> byName = new TreeMap<>();

  void put(Cluster cluster) {
    byName.put(cluster.name(), cluster);
  }

  void remove(String cluster) {
    byName.remove(cluster);
  }

  Collection<Cluster> all() {
    return byName.values();
  }

  Set<String> names() {
    return Set.copyOf(byName.keySet());
  }

  /** The workload that they belong to, as observers are told of it. */
  ManagedWorkload of(WorkloadKey workload) {
    return new ManagedWorkload(
        workload,
        names(),
        byName.values().stream().map(Cluster::service).collect(Collectors.toSet()));
  }

  /** How long all of them must be quiet before the workload sleeps. */
  Duration window() {
    return longest(ServicePolicy::scaleToZeroAfter);
  }

  Duration wakeTimeout() {
    return longest(ServicePolicy::wakeTimeout);
  }

  /** How many replicas a wake asks for. */
  int wantedReplicas() {
    return byName.values().stream().mapToInt(c -> c.policy().replicas()).max().orElse(1);
  }

  /** Whether nothing is to be carried out: one cautious service holds for all. */
  boolean isDryRun() {
    return byName.values().stream().anyMatch(cluster -> cluster.policy().dryRun());
  }

  /** When the span began in which the workload is to be awake whoever asks; empty out of them. */
  Optional<Instant> awakeTimeBegun(Instant now) {
    Optional<Instant> latest = Optional.empty();
    for (Cluster cluster : byName.values()) {
      Optional<Instant> begun = cluster.policy().awakeTimes().flatMap(times -> times.begun(now));
      if (begun.isPresent() && (latest.isEmpty() || begun.get().isAfter(latest.get()))) {
        latest = begun;
      }
    }
    return latest;
  }

  private Duration longest(Function<ServicePolicy, Duration> setting) {
    return byName.values().stream()
        .map(cluster -> setting.apply(cluster.policy()))
        .max(Duration::compareTo)
        .orElseThrow();
  }
}
