package io.zenvoy.tproxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.envoyproxy.envoy.service.metrics.v3.StreamMetricsMessage;
import io.zenvoy.common.Ipv4Network;
import io.zenvoy.common.Slot;
import io.zenvoy.common.StartupException;
import io.zenvoy.common.environment.Environment;
import io.zenvoy.tproxy.discovery.TestingXdsServer;
import io.zenvoy.tproxy.discovery.TestingXdsServer.AdsStream;
import io.zenvoy.tproxy.discovery.TestingXdsServer.MetricsStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The whole daemon in one process, with its own settings, sockets and gRPC. */
final class TproxyTest {
  private final HttpClient http = HttpClient.newHttpClient();
  private TestingXdsServer server;
  private int proxyPort;
  private int adminPort;

  @BeforeEach
  void start() throws Exception {
    server = TestingXdsServer.start();
    proxyPort = freePort();
    adminPort = freePort();
  }

  @AfterEach
  void stop() {
    http.close();
    server.close();
  }

  @Test
  void aConnectionIsParkedReportedAndRelayed() throws Exception {
    Slot slot = new Slot(Ipv4Network.parseAddress("127.128.0.1"), proxyPort);
    try (AutoCloseable daemon = Tproxy.start(TproxyConfig.read(new Environment(settings())));
        ServerSocket upstream = new ServerSocket(0, 10, InetAddress.ofLiteral("127.0.0.1"))) {
      assertThat(daemon).isNotNull();
      AdsStream stream = server.adsStream();
      stream.request();
      stream.request();
      assertThat(get("/readyz").statusCode()).isEqualTo(503);
      assertThat(get("/readyz").body()).contains("no routing table yet");
      stream
          .responses()
          .onNext(TestingXdsServer.clusters("n1", TestingXdsServer.cluster("echo", slot, "1")));
      assertThat(stream.request().getResponseNonce()).isEqualTo("n1");
      assertThat(get("/readyz").statusCode()).isEqualTo(200);
      MetricsStream metrics = server.metricsStream();
      metrics.message();
      try (Socket client = new Socket()) {
        client.connect(new InetSocketAddress(InetAddress.ofLiteral(slot.host()), slot.port()));
        StreamMetricsMessage report = metrics.messageWithFigures();
        assertThat(TestingXdsServer.value(report, "cluster.echo.upstream_rq_pending_active"))
            .isEqualTo(1);
        stream
            .responses()
            .onNext(
                TestingXdsServer.assignments(
                    "n2",
                    TestingXdsServer.endpoints(
                        "echo",
                        "1",
                        List.of(
                            new InetSocketAddress(
                                upstream.getInetAddress(), upstream.getLocalPort())))));
        try (Socket served = upstream.accept()) {
          client.getOutputStream().write("ping".getBytes(UTF_8));
          assertThat(served.getInputStream().readNBytes(4)).asString().isEqualTo("ping");
          served.getOutputStream().write("pong".getBytes(UTF_8));
          assertThat(client.getInputStream().readNBytes(4)).asString().isEqualTo("pong");
          assertMetrics();
        }
      }
      await()
          .until(
              () ->
                  get("/metrics")
                      .body()
                      .contains(
                          "zenvoy_tproxy_relayed_connections_active{service=\"echo\"} 0.0\n"));
    }
  }

  private void assertMetrics() throws Exception {
    assertThat(get("/metrics").body())
        .contains("zenvoy_tproxy_parked_connections{service=\"echo\"} 0.0\n")
        .contains("zenvoy_tproxy_relayed_connections_active{service=\"echo\"} 1.0\n")
        .contains("zenvoy_tproxy_relayed_connections_total 1.0\n")
        .contains("zenvoy_tproxy_relayed_bytes_total{direction=\"to_upstream\"} 4.0\n")
        .contains("zenvoy_tproxy_relayed_bytes_total{direction=\"to_client\"} 4.0\n")
        .contains("zenvoy_tproxy_park_seconds_bucket{le=\"0.005\"}")
        .contains("zenvoy_tproxy_park_seconds_count 1\n")
        .contains("zenvoy_tproxy_dial_failures_total 0.0\n")
        .contains("zenvoy_tproxy_closed_connections_total{reason=\"unknown_slot\"} 0.0\n")
        .contains("zenvoy_tproxy_xds_connected 1.0\n")
        .contains("zenvoy_tproxy_xds_updates_total{outcome=\"ack\"} 2.0\n")
        .contains("zenvoy_tproxy_clusters 1.0\n")
        .contains("jvm_memory_used_bytes");
  }

  @Test
  void aPortThatIsInUseIsNamedWithItsSetting() throws Exception {
    try (ServerSocket taken = new ServerSocket(proxyPort)) {
      assertThat(taken.isBound()).isTrue();
      TproxyConfig config = TproxyConfig.read(new Environment(settings()));
      assertThatThrownBy(() -> Tproxy.start(config))
          .isInstanceOf(StartupException.class)
          .hasMessageContaining("PROXY_PORT")
          .hasMessageContaining(Integer.toString(proxyPort));
    }
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + path)).build(),
        BodyHandlers.ofString());
  }

  private Map<String, String> settings() {
    Map<String, String> settings = new HashMap<>();
    settings.put("XDS_ADDR", server.address().toString());
    settings.put("TPROXY_CMD", "none");
    settings.put("PROXY_PORT", Integer.toString(proxyPort));
    settings.put("ADMIN_PORT", Integer.toString(adminPort));
    settings.put("ALLOW_LOCAL_UPSTREAMS", "true");
    return settings;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
