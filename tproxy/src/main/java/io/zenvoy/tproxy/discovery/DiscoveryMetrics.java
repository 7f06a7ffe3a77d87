package io.zenvoy.tproxy.discovery;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicInteger;

/** What discovery counts. Thread-safe. */
final class DiscoveryMetrics {
  private final AtomicInteger connected = new AtomicInteger();
  private final AtomicInteger clusters = new AtomicInteger();
  private final Counter acks;
  private final Counter nacks;

  DiscoveryMetrics(MeterRegistry registry) {
    Gauge.builder("zenvoy.tproxy.xds.connected", connected, AtomicInteger::get)
        .description("1 while the stream to xds-server has answered, else 0")
        .register(registry);
    Gauge.builder("zenvoy.tproxy.clusters", clusters, AtomicInteger::get)
        .description("Clusters in the routing table")
        .register(registry);
    acks = updates(registry, "ack");
    nacks = updates(registry, "nack");
  }

  private static Counter updates(MeterRegistry registry, String outcome) {
    return Counter.builder("zenvoy.tproxy.xds.updates")
        .description("Responses of xds-server, by whether they were accepted")
        .tag("outcome", outcome)
        .register(registry);
  }

  void connected() {
    connected.set(1);
  }

  void disconnected() {
    connected.set(0);
  }

  void acknowledged() {
    acks.increment();
  }

  void rejected() {
    nacks.increment();
  }

  void installed(RoutingTable table) {
    clusters.set(table.size());
  }
}
