package io.zenvoy.xds.translate;

import com.google.protobuf.Any;
import com.google.protobuf.Struct;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.Value;
import com.google.protobuf.util.Durations;
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers;
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers.Thresholds;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.CommonLbConfig;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.DiscoveryType;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.EdsClusterConfig;
import io.envoyproxy.envoy.config.cluster.v3.UpstreamConnectionOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.TcpKeepalive;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions.ExplicitHttpConfig;
import io.envoyproxy.envoy.type.v3.Percent;
import io.zenvoy.common.DaemonProtocol;
import io.zenvoy.xds.model.Cluster;
import io.zenvoy.xds.model.Protocol;
import java.time.Duration;
import java.util.Locale;

/**
 * Clusters as Envoys and as daemons see them.
 *
 * @see <a
 *     href="https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/cluster/v3/cluster.proto">Envoy's
 *     clusters</a>
 */
final class ClusterTranslation {
  private static final String HTTP_OPTIONS =
      "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
  private static final int CONNECT_TIMEOUT_SECONDS = 5;

  /**
   * An idle connection through the daemon looks like one in use, and must not keep a service awake
   * for long.
   */
  private static final int IDLE_SECONDS = 30;

  /**
   * How much longer than a wake may take daemons hold a connection by themselves: so that it is the
   * verdict that ends it, whose reason is told, and not the daemon's own clock a moment before.
   */
  private static final Duration UNTIL_VERDICT = Duration.ofSeconds(3);

  private ClusterTranslation() {}

  /** Envoy's circuit breakers can't be turned off, only be set to more than there will ever be. */
  private static final UInt32Value NO_LIMIT = UInt32Value.of(Integer.MAX_VALUE);

  /**
   * The cluster that routes lead to. Nothing in Envoy stops a crowd before the daemon does: see
   * {@link #circuitBreakers}.
   */
  static io.envoyproxy.envoy.config.cluster.v3.Cluster forEnvoys(Cluster cluster) {
    io.envoyproxy.envoy.config.cluster.v3.Cluster.Builder builder =
        eds(cluster)
            .setConnectTimeout(Durations.fromSeconds(CONNECT_TIMEOUT_SECONDS))
            .setCircuitBreakers(circuitBreakers(cluster))
            .setCommonLbConfig(
                CommonLbConfig.newBuilder().setHealthyPanicThreshold(Percent.getDefaultInstance()))
            .setUpstreamConnectionOptions(
                UpstreamConnectionOptions.newBuilder()
                    .setTcpKeepalive(
                        TcpKeepalive.newBuilder()
                            .setKeepaliveTime(UInt32Value.of(30))
                            .setKeepaliveInterval(UInt32Value.of(10))
                            .setKeepaliveProbes(UInt32Value.of(3))));
    if (cluster.port().protocol().isHttp()) {
      builder.putTypedExtensionProtocolOptions(HTTP_OPTIONS, Any.pack(http(cluster)));
    }
    return builder.build();
  }

  /** The cluster with what the daemon has to know: its slot and its limits. */
  static io.envoyproxy.envoy.config.cluster.v3.Cluster forDaemons(Cluster cluster) {
    Struct.Builder zenvoy =
        Struct.newBuilder()
            .putFields(DaemonProtocol.SLOT_ADDRESS, text(cluster.slot().host()))
            .putFields(DaemonProtocol.SLOT_PORT, number(cluster.slot().port()))
            .putFields(
                DaemonProtocol.WAKE_TIMEOUT_MILLIS,
                number((double) cluster.policy().wakeTimeout().plus(UNTIL_VERDICT).toMillis()))
            .putFields(DaemonProtocol.MAX_PARKED, number(cluster.policy().maxParked()))
            .putFields(
                DaemonProtocol.PROTOCOL,
                text(cluster.port().protocol().name().toLowerCase(Locale.ROOT)))
            .putFields(
                DaemonProtocol.LOCAL, Value.newBuilder().setBoolValue(cluster.local()).build());
    cluster
        .policy()
        .waitPageAfter()
        .filter(patience -> cluster.port().protocol() == Protocol.HTTP)
        .ifPresent(
            patience ->
                zenvoy.putFields(
                    DaemonProtocol.WAIT_PAGE_AFTER_MILLIS, number((double) patience.toMillis())));
    return eds(cluster)
        .setMetadata(
            Metadata.newBuilder().putFilterMetadata(DaemonProtocol.NAMESPACE, zenvoy.build()))
        .build();
  }

  static Value text(String value) {
    return Value.newBuilder().setStringValue(value).build();
  }

  private static Value number(double value) {
    return Value.newBuilder().setNumberValue(value).build();
  }

  private static io.envoyproxy.envoy.config.cluster.v3.Cluster.Builder eds(Cluster cluster) {
    return io.envoyproxy.envoy.config.cluster.v3.Cluster.newBuilder()
        .setName(cluster.name())
        .setType(DiscoveryType.EDS)
        .setEdsClusterConfig(
            EdsClusterConfig.newBuilder().setEdsConfig(ListenerTranslation.aggregated()));
  }

  /**
   * How many may wait is the daemon's to count, which then says why no more may: a limit of Envoy's
   * own would hold as many again in its queue, and stop a crowd also while the service is awake.
   * Only over HTTP/2 all wait in one connection, which the daemon counts as one, so there it is
   * Envoy that counts.
   */
  private static CircuitBreakers circuitBreakers(Cluster cluster) {
    UInt32Value requests =
        cluster.port().protocol() == Protocol.HTTP2
            ? UInt32Value.of(cluster.policy().maxParked())
            : NO_LIMIT;
    return CircuitBreakers.newBuilder()
        .addThresholds(
            Thresholds.newBuilder()
                .setMaxConnections(NO_LIMIT)
                .setMaxPendingRequests(NO_LIMIT)
                .setMaxRequests(requests)
                .setMaxRetries(NO_LIMIT))
        .build();
  }

  private static io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions http(
      Cluster cluster) {
    ExplicitHttpConfig.Builder explicit = ExplicitHttpConfig.newBuilder();
    if (cluster.port().protocol() == Protocol.HTTP2) {
      explicit.setHttp2ProtocolOptions(Http2ProtocolOptions.getDefaultInstance());
    } else {
      explicit.setHttpProtocolOptions(ListenerTranslation.WITH_TRAILERS);
    }
    return io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions.newBuilder()
        .setCommonHttpProtocolOptions(
            HttpProtocolOptions.newBuilder().setIdleTimeout(Durations.fromSeconds(IDLE_SECONDS)))
        .setExplicitHttpConfig(explicit)
        .build();
  }
}
