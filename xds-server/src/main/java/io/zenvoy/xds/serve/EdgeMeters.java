package io.zenvoy.xds.serve;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** What the gRPC edge counts. Thread-safe. */
final class EdgeMeters implements AutoCloseable {
  private final MeterRegistry registry;
  private final Map<NodeKind, Map<ResourceType, Counter>> pushes;
  private final Map<NodeKind, Map<ResourceType, Counter>> pushedResources;
  private final Map<NodeKind, Map<ResourceType, Counter>> acknowledgements;
  private final Map<NodeKind, Map<ResourceType, Counter>> rejections;
  private final Map<NodeKind, Counter> reports;
  private final List<Gauge> gauges = new ArrayList<>();
  private final Counter malformedReports;
  private final Counter unknownTypes;

  EdgeMeters(MeterRegistry registry) {
    this.registry = registry;
    pushes = byKindAndType("zenvoy.xds.pushes", "responses sent");
    pushedResources = byKindAndType("zenvoy.xds.pushed.resources", "resources in responses sent");
    acknowledgements = byKindAndType("zenvoy.xds.acks", "responses that a node accepted");
    rejections = byKindAndType("zenvoy.xds.nacks", "responses that a node rejected");
    reports =
        byKind(
            kind ->
                counter(
                    "zenvoy.xds.reports",
                    "activity reports received",
                    Tags.of("kind", label(kind))));
    malformedReports =
        counter(
            "zenvoy.xds.malformed.reports", "activity reports that made no sense", Tags.empty());
    unknownTypes =
        counter("zenvoy.xds.unknown.types", "requests for a type that is not served", Tags.empty());
  }

  /** Shows how many nodes of each kind are connected. */
  void clients(ToDoubleFunction<NodeKind> connected) {
    for (NodeKind kind : NodeKind.values()) {
      gauges.add(
          Gauge.builder("zenvoy.xds.clients", () -> connected.applyAsDouble(kind))
              .description("nodes with an ADS stream")
              .tag("kind", label(kind))
              .register(registry));
    }
  }

  /** Removes what is true of an open edge alone; what was counted stays. */
  @Override
  public void close() {
    gauges.forEach(registry::remove);
  }

  void pushed(NodeKind kind, ResourceType type, int resources) {
    find(pushes, kind, type).increment();
    find(pushedResources, kind, type).increment(resources);
  }

  void acknowledged(NodeKind kind, ResourceType type) {
    find(acknowledgements, kind, type).increment();
  }

  void rejected(NodeKind kind, ResourceType type) {
    find(rejections, kind, type).increment();
  }

  void unknownType() {
    unknownTypes.increment();
  }

  /**
   * @param reason a few words from a small set
   */
  void streamRejected(String reason) {
    counter("zenvoy.xds.rejected.streams", "streams turned away", Tags.of("reason", reason))
        .increment();
  }

  void reported(NodeKind kind) {
    Counter counter = reports.get(kind);
    if (counter != null) {
      counter.increment();
    }
  }

  void malformedReport() {
    malformedReports.increment();
  }

  private Map<NodeKind, Map<ResourceType, Counter>> byKindAndType(String name, String what) {
    return byKind(
        kind -> {
          Map<ResourceType, Counter> byType = new EnumMap<>(ResourceType.class);
          for (ResourceType type : ResourceType.values()) {
            byType.put(
                type, counter(name, what, Tags.of("kind", label(kind), "type", type.label())));
          }
          return byType;
        });
  }

  private static <V> Map<NodeKind, V> byKind(Function<NodeKind, V> values) {
    Map<NodeKind, V> byKind = new EnumMap<>(NodeKind.class);
    for (NodeKind kind : NodeKind.values()) {
      byKind.put(kind, values.apply(kind));
    }
    return byKind;
  }

  private Counter counter(String name, String what, Tags tags) {
    return Counter.builder(name).description(what).tags(tags).register(registry);
  }

  private static Counter find(
      Map<NodeKind, Map<ResourceType, Counter>> counters, NodeKind kind, ResourceType type) {
    Counter counter = counters.getOrDefault(kind, Map.of()).get(type);
    if (counter == null) {
      throw new AssertionError("every kind and type has a counter");
    }
    return counter;
  }

  private static String label(NodeKind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }
}
