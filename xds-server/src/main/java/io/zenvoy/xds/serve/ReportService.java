package io.zenvoy.xds.serve;

import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.metrics.v3.MetricsServiceGrpc.MetricsServiceImplBase;
import io.envoyproxy.envoy.service.metrics.v3.StreamMetricsMessage;
import io.envoyproxy.envoy.service.metrics.v3.StreamMetricsResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** Receives the metrics of Envoys and daemons. Thread-safe. */
final class ReportService extends MetricsServiceImplBase {
  private final ResourceCache cache;
  private final Reception reception;
  private final ConnectedNodes nodes;
  private final NodeEvents events;
  private final EdgeMeters meters;
  private final AtomicLong streams = new AtomicLong();

  ReportService(
      ResourceCache cache,
      Reception reception,
      ConnectedNodes nodes,
      NodeEvents events,
      EdgeMeters meters) {
    this.cache = cache;
    this.reception = reception;
    this.nodes = nodes;
    this.events = events;
    this.meters = meters;
  }

  @Override
  public StreamObserver<StreamMetricsMessage> streamMetrics(
      StreamObserver<StreamMetricsResponse> client) {
    return new ReportStream(
        this, streams.incrementAndGet(), (ServerCallStreamObserver<StreamMetricsResponse>) client);
  }

  NodeGate.Admission admit(Node node) {
    return reception.admit(node);
  }

  /** The clusters that a kind of node is served. */
  Set<String> served(NodeKind kind) {
    return cache.names(kind, ResourceType.CLUSTER);
  }

  Optional<Long> revisionInUse(NodeKey node, String cluster, double gauge) {
    return nodes.revisionInUse(node, cluster, gauge);
  }

  void reported(ActivityReport report) {
    meters.reported(report.node().kind());
    events.reported(report);
  }

  void ended(NodeKey node, long stream) {
    events.reportsEnded(node, stream);
  }

  void countMalformed() {
    meters.malformedReport();
  }
}
