package io.zenvoy.tproxy.proxy;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What the proxy counts. Thread-safe. */
final class ProxyMetrics {
  private final MeterRegistry registry;
  private final Map<String, List<Meter>> perCluster = new ConcurrentHashMap<>();
  private final Map<CloseReason, Counter> closed = new EnumMap<>(CloseReason.class);
  private final Counter dialFailures;
  private final Counter relayed;
  private final Counter acceptErrors;
  private final Counter answered;
  private final Timer park;

  /** Bytes written to upstreams. */
  final LongAdder bytesToUpstream = new LongAdder();

  /** Bytes written to clients. */
  final LongAdder bytesToClient = new LongAdder();

  /** Bytes that passed through a pipe of the kernel's, of both. */
  final LongAdder bytesSpliced = new LongAdder();

  ProxyMetrics(MeterRegistry registry) {
    this.registry = registry;
    for (CloseReason reason : CloseReason.values()) {
      closed.put(
          reason,
          Counter.builder("zenvoy.tproxy.closed.connections")
              .description("Connections that were ended before they were relayed")
              .tag("reason", reason.tag())
              .register(registry));
    }
    dialFailures =
        Counter.builder("zenvoy.tproxy.dial.failures")
            .description("Attempts to connect to an endpoint that failed; they are repeated")
            .register(registry);
    relayed =
        Counter.builder("zenvoy.tproxy.relayed.connections")
            .description("Connections that were given to an endpoint")
            .register(registry);
    acceptErrors =
        Counter.builder("zenvoy.tproxy.accept.errors")
            .description("Failed accept calls")
            .register(registry);
    answered =
        Counter.builder("zenvoy.tproxy.answered.connections")
            .description("Connections that were ended with an answer in their own protocol")
            .register(registry);
    park =
        Timer.builder("zenvoy.tproxy.park")
            .description("From the accept of a connection that was parked until it was forwarded")
            .serviceLevelObjectives(
                millis(5),
                millis(10),
                millis(25),
                millis(50),
                millis(100),
                millis(250),
                millis(500),
                millis(1000),
                millis(2500),
                millis(5000),
                millis(10_000),
                millis(30_000),
                millis(60_000),
                millis(120_000),
                millis(300_000))
            .register(registry);
    relayedBytes("to_upstream", bytesToUpstream);
    relayedBytes("to_client", bytesToClient);
    FunctionCounter.builder("zenvoy.tproxy.spliced.bytes", bytesSpliced, LongAdder::sum)
        .description("Of the bytes that were relayed, those that were not copied for it")
        .register(registry);
  }

  private static Duration millis(long millis) {
    return Duration.ofMillis(millis);
  }

  private void relayedBytes(String direction, LongAdder bytes) {
    FunctionCounter.builder("zenvoy.tproxy.relayed.bytes", bytes, LongAdder::sum)
        .description("Bytes that were relayed")
        .tag("direction", direction)
        .register(registry);
  }

  void closed(CloseReason reason, int connections) {
    Counter counter = closed.get(reason);
    if (counter != null) {
      counter.increment(connections);
    }
  }

  void dialFailed() {
    dialFailures.increment();
  }

  void acceptFailed() {
    acceptErrors.increment();
  }

  void answered() {
    answered.increment();
  }

  void relaying() {
    relayed.increment();
  }

  void released(Duration parked) {
    park.record(parked);
  }

  /** Shows a cluster's gauges; does nothing if they are there. */
  void show(String cluster, ClusterTraffic traffic) {
    perCluster.computeIfAbsent(
        cluster,
        name ->
            List.of(
                Gauge.builder("zenvoy.tproxy.parked.connections", traffic, ClusterTraffic::parked)
                    .description("Connections that wait for an endpoint")
                    .tag("service", name)
                    .register(registry),
                Gauge.builder(
                        "zenvoy.tproxy.relayed.connections.active",
                        traffic,
                        ClusterTraffic::relayed)
                    .description("Connections that are relayed")
                    .tag("service", name)
                    .register(registry)));
  }

  /** Removes the gauges of all other clusters. */
  void retain(Set<String> clusters) {
    perCluster
        .entrySet()
        .removeIf(
            entry -> {
              if (clusters.contains(entry.getKey())) {
                return false;
              }
              entry.getValue().forEach(registry::remove);
              return true;
            });
  }
}
