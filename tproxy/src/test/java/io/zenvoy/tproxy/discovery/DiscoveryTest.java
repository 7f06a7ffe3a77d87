package io.zenvoy.tproxy.discovery;

import static io.zenvoy.tproxy.discovery.TestingXdsServer.cluster;
import static io.zenvoy.tproxy.discovery.TestingXdsServer.endpoints;
import static io.zenvoy.tproxy.discovery.TestingXdsServer.response;
import static io.zenvoy.tproxy.discovery.TestingXdsServer.value;
import static io.zenvoy.tproxy.discovery.TestingXdsServer.verdict;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.metrics.v3.StreamMetricsMessage;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.zenvoy.common.DaemonProtocol;
import io.zenvoy.common.HostPort;
import io.zenvoy.common.Ipv4Network;
import io.zenvoy.common.PortRange;
import io.zenvoy.common.Slot;
import io.zenvoy.tproxy.discovery.ActivitySource.Activity;
import io.zenvoy.tproxy.discovery.TestingXdsServer.AdsStream;
import io.zenvoy.tproxy.discovery.TestingXdsServer.MetricsStream;
import io.zenvoy.tproxy.redirect.ReceivableSlots;
import io.zenvoy.tproxy.redirect.RedirectKind;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class DiscoveryTest {
  private static final ReceivableSlots SLOTS =
      new ReceivableSlots(
          RedirectKind.NONE,
          Ipv4Network.parse("127.128.0.0/9"),
          18001,
          new PortRange(20000, 32767));
  private static final Slot SLOT = new Slot(Ipv4Network.parseAddress("127.128.0.1"), 18001);
  private static final Slot OTHER_SLOT = new Slot(Ipv4Network.parseAddress("127.128.0.2"), 18001);
  private static final InetSocketAddress POD =
      new InetSocketAddress(InetAddress.ofLiteral("10.0.0.1"), 8080);

  private final AtomicReference<RoutingTable> installed = new AtomicReference<>(RoutingTable.EMPTY);
  private final AtomicReference<CompletableFuture<String>> inUse =
      new AtomicReference<>(CompletableFuture.completedFuture("in use"));
  private final TestingActivity activity = new TestingActivity();
  private TestingXdsServer server;
  private Discovery discovery;

  @BeforeEach
  void start() throws Exception {
    server = TestingXdsServer.start();
    discovery =
        Discovery.start(
            ServerChannel.open(server.address()),
            new NodeIdentity("pod-1", "zenvoy", SLOTS),
            table -> {
              installed.set(table);
              return inUse.get();
            },
            activity,
            new SimpleMeterRegistry());
  }

  @AfterEach
  void stop() throws Exception {
    discovery.close();
    server.close();
  }

  @Test
  void subscribesToAllClustersAndEndpointsAndSaysWhoItIs() throws Exception {
    AdsStream stream = server.adsStream();
    DeltaDiscoveryRequest clusters = stream.request();
    assertThat(clusters.getTypeUrl()).isEqualTo(ResourceKind.CLUSTER.typeUrl());
    assertThat(clusters.getResourceNamesSubscribeList()).containsExactly("*");
    assertThat(clusters.getNode().getId()).isEqualTo("pod-1");
    assertThat(clusters.getNode().getCluster()).isEqualTo("zenvoy");
    var daemon =
        clusters
            .getNode()
            .getMetadata()
            .getFieldsOrThrow(DaemonProtocol.NAMESPACE)
            .getStructValue();
    assertThat(daemon.getFieldsOrThrow(DaemonProtocol.NODE_KIND).getStringValue())
        .isEqualTo(DaemonProtocol.KIND_DAEMON);
    assertThat(daemon.getFieldsOrThrow(DaemonProtocol.NODE_REDIRECT).getStringValue())
        .isEqualTo("none");
    assertThat(daemon.getFieldsOrThrow(DaemonProtocol.NODE_PROXY_PORT).getNumberValue())
        .isEqualTo(18001);
    DeltaDiscoveryRequest assignments = stream.request();
    assertThat(assignments.getTypeUrl()).isEqualTo(ResourceKind.ENDPOINTS.typeUrl());
    assertThat(assignments.getResourceNamesSubscribeList()).containsExactly("*");
    assertThat(discovery.unready()).isEqualTo("no routing table yet");
  }

  @Test
  void acknowledgesOnlyWhenTheTableIsInUse() throws Exception {
    AdsStream stream = subscribed();
    CompletableFuture<String> pending = new CompletableFuture<>();
    inUse.set(pending);
    sendCluster(stream, "n1", "1");
    await().until(() -> installed.get().size() == 1);
    assertThat(stream.requests()).isEmpty();
    assertThat(discovery.unready()).isNotEmpty();
    pending.complete("in use");
    DeltaDiscoveryRequest acknowledgement = stream.request();
    assertThat(acknowledgement.getResponseNonce()).isEqualTo("n1");
    assertThat(acknowledgement.hasErrorDetail()).isFalse();
    assertThat(discovery.unready()).isEmpty();
  }

  @Test
  void endpointsAndVerdictsReachTheTable() throws Exception {
    AdsStream stream = subscribed();
    sendCluster(stream, "n1", "1");
    stream.request();
    stream
        .responses()
        .onNext(
            response(ResourceKind.ENDPOINTS, "n2", "v7")
                .addResources(endpoints("echo", "1", List.of(POD)))
                .build());
    assertThat(stream.request().getResponseNonce()).isEqualTo("n2");
    Route route = Objects.requireNonNull(installed.get().route(SLOT));
    assertThat(route.endpoints()).containsExactly(POD);
    assertThat(route.version()).isEqualTo(ResourceStore.versionHash("v7"));
    assertThat(route.wakeTimeout()).hasSeconds(60);
    stream
        .responses()
        .onNext(
            response(ResourceKind.ENDPOINTS, "n3", "v8")
                .addResources(verdict("echo", "2", "id-1", "no room"))
                .build());
    stream.request();
    Route failed = Objects.requireNonNull(installed.get().route("echo"));
    assertThat(failed.endpoints()).isEmpty();
    assertThat(failed.verdict()).contains(new Route.Verdict("id-1", "no room"));
  }

  @Test
  void rejectsWhatItCannotReceiveAndKeepsTheLastGoodTable() throws Exception {
    AdsStream stream = subscribed();
    sendCluster(stream, "n1", "1");
    stream.request();
    RoutingTable good = installed.get();
    Slot foreign = new Slot(Ipv4Network.parseAddress("127.0.0.9"), 18001);
    stream
        .responses()
        .onNext(
            response(ResourceKind.CLUSTER, "n2", "2")
                .addResources(cluster("echo", OTHER_SLOT, "2"))
                .addResources(cluster("foreign", foreign, "1"))
                .build());
    DeltaDiscoveryRequest rejection = stream.request();
    assertThat(rejection.getResponseNonce()).isEqualTo("n2");
    assertThat(rejection.getErrorDetail().getMessage())
        .contains("127.0.0.9")
        .contains("PROXY_ADDR");
    assertThat(installed.get()).isSameAs(good);
    // Nothing of the rejected response has stayed.
    stream
        .responses()
        .onNext(
            response(ResourceKind.CLUSTER, "n3", "3")
                .addResources(cluster("next", OTHER_SLOT, "1"))
                .build());
    assertThat(stream.request().hasErrorDetail()).isFalse();
    assertThat(installed.get().route(SLOT)).isNotNull();
  }

  @Test
  void reconnectsWithTheVersionsThatItHasAndForgetsWhatIsRemoved() throws Exception {
    AdsStream stream = subscribed();
    sendCluster(stream, "n1", "version-1");
    stream.request();
    stream.responses().onCompleted();
    AdsStream again = server.adsStream();
    DeltaDiscoveryRequest clusters = again.request();
    assertThat(clusters.getInitialResourceVersionsMap())
        .containsExactlyEntriesOf(Map.of("echo", "version-1"));
    assertThat(clusters.getNode().getId()).isEqualTo("pod-1");
    again.request();
    assertThat(installed.get().size()).isEqualTo(1);
    again
        .responses()
        .onNext(response(ResourceKind.CLUSTER, "n2", "2").addRemovedResources("echo").build());
    again.request();
    assertThat(installed.get().size()).isZero();
  }

  @Test
  void survivesTheServersRestart() throws Exception {
    AdsStream stream = subscribed();
    sendCluster(stream, "n1", "1");
    stream.request();
    HostPort address = server.address();
    server.close();
    server = TestingXdsServer.startOn(address.port());
    AdsStream again = server.adsStream();
    assertThat(again.request().getInitialResourceVersionsMap()).containsKey("echo");
    StreamMetricsMessage first = server.metricsStream().message();
    assertThat(first.getIdentifier().getNode().getId()).isEqualTo("pod-1");
    assertThat(value(first, "cluster.echo.upstream_rq_pending_active")).isZero();
  }

  @Test
  void reportsEveryClusterFirstAndThenWhatHasChanged() throws Exception {
    AdsStream stream = subscribed();
    sendCluster(stream, "n1", "1");
    MetricsStream metrics = server.metricsStream();
    StreamMetricsMessage first = metrics.message();
    assertThat(first.getIdentifier().getNode().getId()).isEqualTo("pod-1");
    assertThat(value(first, "cluster.echo.upstream_rq_total")).isZero();
    activity.set("echo", new Activity(3, 1, 0));
    discovery.reportNow();
    StreamMetricsMessage changed = metrics.messageWithFigures();
    assertThat(changed.hasIdentifier()).isFalse();
    assertThat(value(changed, "cluster.echo.upstream_rq_total")).isEqualTo(3);
    assertThat(value(changed, "cluster.echo.upstream_cx_total")).isEqualTo(3);
    assertThat(value(changed, "cluster.echo.upstream_rq_active")).isEqualTo(1);
    assertThat(value(changed, "cluster.echo.upstream_cx_active")).isEqualTo(1);
    // Heartbeats go on, and say nothing.
    assertThat(metrics.message().getEnvoyMetricsCount()).isZero();
    assertThat(metrics.message().getEnvoyMetricsCount()).isZero();
  }

  @Test
  void repeatsParkedClustersUntilTheyAreServed() throws Exception {
    AdsStream stream = subscribed();
    sendCluster(stream, "n1", "1");
    MetricsStream metrics = server.metricsStream();
    metrics.message();
    activity.set("echo", new Activity(1, 0, 1));
    discovery.reportNow();
    for (int count = 0; count < 4; count++) {
      assertThat(value(metrics.messageWithFigures(), "cluster.echo.upstream_rq_pending_active"))
          .isEqualTo(1);
    }
  }

  @Test
  void reportsTheVersionOnlyWhenItIsInUse() throws Exception {
    AdsStream stream = subscribed();
    sendCluster(stream, "n1", "1");
    MetricsStream metrics = server.metricsStream();
    assertThat(value(metrics.message(), "cluster.echo.version")).isZero();
    CompletableFuture<String> pending = new CompletableFuture<>();
    inUse.set(pending);
    stream
        .responses()
        .onNext(
            response(ResourceKind.ENDPOINTS, "n2", "v9")
                .addResources(endpoints("echo", "1", List.of(POD)))
                .build());
    await().until(() -> installed.get().routes().iterator().next().version() != 0);
    assertThat(metrics.message().getEnvoyMetricsCount()).isZero();
    pending.complete("in use");
    assertThat(value(metrics.messageWithFigures(), "cluster.echo.version"))
        .isEqualTo(ReportWriter.unsigned(ResourceStore.versionHash("v9")));
  }

  private AdsStream subscribed() throws InterruptedException {
    AdsStream stream = server.adsStream();
    stream.request();
    stream.request();
    return stream;
  }

  private static void sendCluster(AdsStream stream, String nonce, String version) {
    stream
        .responses()
        .onNext(
            response(ResourceKind.CLUSTER, nonce, "1")
                .addResources(cluster("echo", SLOT, version))
                .build());
  }
}
