package io.zenvoy.xds.serve;

import static io.zenvoy.xds.serve.NodeKind.DAEMON;
import static io.zenvoy.xds.serve.NodeKind.ENVOY;
import static io.zenvoy.xds.serve.ResourceType.ENDPOINTS;
import static io.zenvoy.xds.serve.TestingAdsClient.accept;
import static io.zenvoy.xds.serve.TestingAdsClient.ask;
import static io.zenvoy.xds.serve.TestingAdsClient.subscribe;
import static io.zenvoy.xds.serve.TestingResources.daemon;
import static io.zenvoy.xds.serve.TestingResources.envoy;
import static io.zenvoy.xds.serve.TestingResources.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.metrics.v3.StreamMetricsMessage;
import io.envoyproxy.envoy.service.metrics.v3.StreamMetricsResponse;
import io.grpc.Status;
import io.prometheus.client.Metrics.Counter;
import io.prometheus.client.Metrics.Gauge;
import io.prometheus.client.Metrics.Metric;
import io.prometheus.client.Metrics.MetricFamily;
import io.zenvoy.xds.serve.TestingNodeEvents.Event;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReportStreamTest {
  private static final NodeKey KEY = new NodeKey(ENVOY, "pod-1");

  private final TestingEdge edge = new TestingEdge();
  private TestingStream<StreamMetricsMessage, StreamMetricsResponse> stream;

  @BeforeEach
  void connect() {
    edge.server().open();
    stream = edge.client().metrics();
  }

  @AfterEach
  void stop() {
    edge.close();
  }

  @Test
  void figuresThatAreAbsentKeepTheirValue() {
    stream.send(
        message(
            envoy("pod-1"),
            counter("cluster.ns/a/http.upstream_rq_total", 7),
            counter("cluster.ns/a/http.upstream_cx_total", 3),
            gauge("cluster.ns/a/http.upstream_rq_active", 2),
            gauge("cluster.ns/a/http.upstream_cx_active", 1),
            gauge("cluster.ns/a/http.upstream_rq_pending_active", 4),
            counter("cluster.ns/a/http.external.upstream_rq_total", 99),
            counter("listener.x.upstream_rq_total", 99)));
    stream.send(message(counter("cluster.ns/a/http.upstream_rq_total", 8)));
    List<ActivityReport> reports = reports(2);
    assertThat(reports.getFirst().node()).isEqualTo(KEY);
    assertThat(reports.getFirst().clusters())
        .containsOnlyKeys("ns/a/http")
        .containsValue(new ActivityReport.Counts(7, 3, 2, 1, 4, Optional.empty()));
    assertThat(reports.getLast().clusters())
        .containsValue(new ActivityReport.Counts(8, 3, 2, 1, 4, Optional.empty()));
  }

  @Test
  void anEmptyMessageIsAHeartbeat() {
    stream.send(message(daemon("pod-1", "nft")));
    ActivityReport heartbeat = reports(1).getFirst();
    assertThat(heartbeat.node()).isEqualTo(new NodeKey(DAEMON, "pod-1"));
    assertThat(heartbeat.clusters()).isEmpty();
  }

  @Test
  void everyStreamHasANumberOfItsOwnAndItsEndIsTold() {
    stream.send(message(envoy("pod-1")));
    long first = reports(1).getFirst().stream();
    stream.close();
    assertThat(stream.closed().isOk()).isTrue();
    assertThat(edge.events().of(Event.ReportsEnded.class))
        .containsExactly(new Event.ReportsEnded(KEY, first));
    TestingStream<StreamMetricsMessage, StreamMetricsResponse> again = edge.client().metrics();
    again.send(message(envoy("pod-1")));
    assertThat(reports(2).getLast().stream()).isNotEqualTo(first);
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1, Double.NaN, Double.POSITIVE_INFINITY})
  void aFigureThatCannotBeTrueEndsTheStreamAndIsCounted(double value) {
    stream.send(message(envoy("pod-1"), gauge("cluster.a.upstream_rq_active", value)));
    assertThat(stream.closed().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(edge.registry().counter("zenvoy.xds.malformed.reports").count()).isEqualTo(1);
    assertThat(edge.events().of(Event.Reported.class)).isEmpty();
    assertThat(edge.events().of(Event.ReportsEnded.class)).hasSize(1);
  }

  @Test
  void aStreamWithoutAnIdentifierIsClosed() {
    stream.send(message(gauge("cluster.a.upstream_rq_active", 1)));
    assertThat(stream.closed().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void aForeignNodeMayNotReport() {
    stream.send(message(Node.newBuilder().setId("x").setCluster("y").build()));
    assertThat(stream.closed().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(edge.events().all()).isEmpty();
  }

  @Test
  void theGaugeOfAStateOfTheWorldClientTellsWhichEndpointsItUses() {
    long first = edge.apply(put(ENVOY, ENDPOINTS, "a", 1), put(ENVOY, ENDPOINTS, "b", 1));
    TestingStream<DiscoveryRequest, DiscoveryResponse> ads = edge.client().stateOfTheWorld();
    ads.send(ask(envoy("pod-1"), ENDPOINTS, "a", "b"));
    DiscoveryResponse before = ads.take();
    ads.send(accept(before, "a", "b"));
    long second = edge.apply(put(ENVOY, ENDPOINTS, "a", 2));
    DiscoveryResponse after = ads.take();

    double old = VersionGauge.of(before.getVersionInfo());
    stream.send(
        message(envoy("pod-1"), gauge("cluster.a.version", old), gauge("cluster.b.version", old)));
    assertThat(served(reports(1).getLast(), "a")).contains(first);
    assertThat(served(reports(1).getLast(), "b")).contains(first);
    stream.send(message(gauge("cluster.a.version", VersionGauge.of(after.getVersionInfo()))));
    assertThat(served(reports(2).getLast(), "a")).contains(second);
    stream.send(message(gauge("cluster.a.version", 12345)));
    assertThat(served(reports(3).getLast(), "a")).isEmpty();
    ads.close();
    assertThat(ads.closed().isOk()).isTrue();
    stream.send(message(gauge("cluster.b.version", old)));
    assertThat(served(reports(4).getLast(), "b")).isEmpty();
  }

  @Test
  void whatWasPutAgainWithTheSameContentIsServedAtTheNewRevision() {
    edge.apply(put(DAEMON, ENDPOINTS, "a", 1));
    TestingStream<DeltaDiscoveryRequest, DeltaDiscoveryResponse> ads = edge.client().delta();
    ads.send(subscribe(daemon("pod-1", "nft"), ENDPOINTS, "*"));
    DeltaDiscoveryResponse response = ads.take();
    long again = edge.apply(put(DAEMON, ENDPOINTS, "a", 1));
    edge.apply(put(DAEMON, ENDPOINTS, "b", 1));
    double gauge = VersionGauge.of(response.getSystemVersionInfo());
    stream.send(message(daemon("pod-1", "nft"), gauge("cluster.a.version", gauge)));
    assertThat(served(reports(1).getLast(), "a")).contains(again);
  }

  private List<ActivityReport> reports(int count) {
    await()
        .untilAsserted(
            () ->
                assertThat(edge.events().of(Event.Reported.class))
                    .hasSizeGreaterThanOrEqualTo(count));
    return edge.events().of(Event.Reported.class).stream().map(Event.Reported::report).toList();
  }

  private static Optional<Long> served(ActivityReport report, String cluster) {
    return Optional.ofNullable(report.clusters().get(cluster))
        .flatMap(ActivityReport.Counts::servedRevision);
  }

  private static StreamMetricsMessage message(Node node, MetricFamily... families) {
    return StreamMetricsMessage.newBuilder()
        .setIdentifier(StreamMetricsMessage.Identifier.newBuilder().setNode(node))
        .addAllEnvoyMetrics(List.of(families))
        .build();
  }

  private static StreamMetricsMessage message(MetricFamily... families) {
    return StreamMetricsMessage.newBuilder().addAllEnvoyMetrics(List.of(families)).build();
  }

  private static MetricFamily counter(String name, double value) {
    return MetricFamily.newBuilder()
        .setName(name)
        .addMetric(Metric.newBuilder().setCounter(Counter.newBuilder().setValue(value)))
        .build();
  }

  private static MetricFamily gauge(String name, double value) {
    return MetricFamily.newBuilder()
        .setName(name)
        .addMetric(Metric.newBuilder().setGauge(Gauge.newBuilder().setValue(value)))
        .build();
  }
}
