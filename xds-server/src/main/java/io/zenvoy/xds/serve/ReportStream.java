package io.zenvoy.xds.serve;

import io.envoyproxy.envoy.service.metrics.v3.StreamMetricsMessage;
import io.envoyproxy.envoy.service.metrics.v3.StreamMetricsResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.prometheus.client.Metrics.Metric;
import io.prometheus.client.Metrics.MetricFamily;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One metrics stream. Its state is owned by its gRPC call: gRPC runs the callbacks of one call one
 * after the other.
 */
final class ReportStream implements StreamObserver<StreamMetricsMessage> {
  private static final Logger log = LoggerFactory.getLogger(ReportStream.class);

  /** Up to here a double holds whole numbers exactly. */
  private static final double MAX_COUNT = 0x1p53;

  private static final double MAX_GAUGE = 0x1p64;

  private final ReportService service;
  private final long number;
  private final ServerCallStreamObserver<StreamMetricsResponse> client;
  private final StatNames names = new StatNames();
  private @Nullable NodeKey node;
  private long messages;
  private boolean ended;

  ReportStream(
      ReportService service, long number, ServerCallStreamObserver<StreamMetricsResponse> client) {
    this.service = service;
    this.number = number;
    this.client = client;
    client.setOnCancelHandler(this::end);
  }

  @Override
  public void onNext(StreamMetricsMessage message) {
    if (ended) {
      return;
    }
    if (node == null && !begin(message)) {
      return;
    }
    NodeKey reporter = node;
    if (reporter != null) {
      report(reporter, message);
    }
  }

  @Override
  public void onError(Throwable cause) {
    end();
  }

  @Override
  public void onCompleted() {
    if (!ended) {
      end();
      client.onNext(StreamMetricsResponse.getDefaultInstance());
      client.onCompleted();
    }
  }

  private boolean begin(StreamMetricsMessage first) {
    switch (service.admit(first.getIdentifier().getNode())) {
      case NodeGate.Admission.Admitted(NodeKey admitted) -> node = admitted;
      case NodeGate.Admission.Refused(String reason, Status status) -> close(status);
      case NodeGate.Admission.Incompatible(NodeKey daemon, String problem) ->
          close(Status.FAILED_PRECONDITION.withDescription(problem));
    }
    return node != null;
  }

  private void report(NodeKey reporter, StreamMetricsMessage message) {
    messages++;
    Map<String, ActivityReport.Counts> clusters = new HashMap<>();
    // Two passes: a stream whose message makes no sense says nothing with it.
    for (int index = 0; index < message.getEnvoyMetricsCount(); index++) {
      if (!take(message.getEnvoyMetrics(index))) {
        malformed(reporter, message.getEnvoyMetrics(index));
        return;
      }
    }
    for (int index = 0; index < message.getEnvoyMetricsCount(); index++) {
      StatNames.Figure figure = names.find(message.getEnvoyMetrics(index).getNameBytes());
      if (figure != null && figure.cluster().mention(messages)) {
        ClusterFigures cluster = figure.cluster();
        clusters.put(cluster.cluster(), cluster.counts(servedRevision(reporter, cluster)));
      }
    }
    names.prune(service.served(reporter.kind()));
    service.reported(new ActivityReport(reporter, number, clusters));
  }

  /** Takes a statistic in; false if it can't be true. */
  private boolean take(MetricFamily family) {
    StatNames.Figure figure = names.find(family.getNameBytes());
    if (figure == null) {
      return true;
    }
    if (family.getMetricCount() != 1) {
      return false;
    }
    Metric metric = family.getMetric(0);
    double value;
    if (metric.hasCounter()) {
      value = metric.getCounter().getValue();
    } else if (metric.hasGauge()) {
      value = metric.getGauge().getValue();
    } else {
      return false;
    }
    double max = figure.stat() == ClusterFigures.Stat.VERSION ? MAX_GAUGE : MAX_COUNT;
    if (!(value >= 0 && value <= max)) {
      return false; // NaN, too
    }
    figure.cluster().set(figure.stat(), value);
    return true;
  }

  private Optional<Long> servedRevision(NodeKey reporter, ClusterFigures cluster) {
    return Double.isNaN(cluster.version())
        ? Optional.empty()
        : service.revisionInUse(reporter, cluster.cluster(), cluster.version());
  }

  private void malformed(NodeKey reporter, MetricFamily family) {
    service.countMalformed();
    String figure = family.getMetricCount() == 0 ? "nothing" : family.getMetric(0).toString();
    log.atWarn()
        .addKeyValue("node", reporter)
        .addKeyValue("stat", family.getName())
        .addKeyValue("value", figure.strip().replace('\n', ' '))
        .log("malformed report");
    close(
        Status.INVALID_ARGUMENT.withDescription(
            family.getName() + " (expected: one counter or gauge, a number >= 0)"));
  }

  private void close(Status status) {
    end();
    client.onError(status.asRuntimeException());
  }

  private void end() {
    if (!ended) {
      ended = true;
      if (node != null) {
        service.ended(node, number);
      }
    }
  }
}
