package io.zenvoy.tproxy.discovery;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.envoyproxy.envoy.service.metrics.v3.MetricsServiceGrpc;
import io.envoyproxy.envoy.service.metrics.v3.StreamMetricsMessage;
import io.envoyproxy.envoy.service.metrics.v3.StreamMetricsResponse;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.zenvoy.common.DaemonProtocol;
import io.zenvoy.common.HostPort;
import io.zenvoy.common.Slot;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An xds-server whose every word the test chooses; gRPC and its sockets are real. */
public final class TestingXdsServer implements AutoCloseable {
  /** One ADS stream of a client. */
  public record AdsStream(
      BlockingQueue<DeltaDiscoveryRequest> requests,
      StreamObserver<DeltaDiscoveryResponse> responses) {
    public DeltaDiscoveryRequest request() throws InterruptedException {
      return taken(requests.poll(10, TimeUnit.SECONDS));
    }
  }

  /** One metrics stream of a client. */
  public record MetricsStream(
      BlockingQueue<StreamMetricsMessage> messages,
      StreamObserver<StreamMetricsResponse> responses) {
    public StreamMetricsMessage message() throws InterruptedException {
      return taken(messages.poll(10, TimeUnit.SECONDS));
    }

    /** The next message that says something about a cluster. */
    public StreamMetricsMessage messageWithFigures() throws InterruptedException {
      StreamMetricsMessage message = message();
      while (message.getEnvoyMetricsCount() == 0) {
        message = message();
      }
      return message;
    }
  }

  private final BlockingQueue<AdsStream> adsStreams = new LinkedBlockingQueue<>();
  private final BlockingQueue<MetricsStream> metricsStreams = new LinkedBlockingQueue<>();
  private final Server server;

  private TestingXdsServer(int port) throws IOException {
    server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port))
            .permitKeepAliveTime(1, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .addService(new Ads())
            .addService(new Metrics())
            .build()
            .start();
  }

  public static TestingXdsServer start() throws IOException {
    return new TestingXdsServer(0);
  }

  static TestingXdsServer startOn(int port) throws IOException {
    return new TestingXdsServer(port);
  }

  public HostPort address() {
    return new HostPort("127.0.0.1", server.getPort());
  }

  public AdsStream adsStream() throws InterruptedException {
    return taken(adsStreams.poll(10, TimeUnit.SECONDS));
  }

  public MetricsStream metricsStream() throws InterruptedException {
    return taken(metricsStreams.poll(10, TimeUnit.SECONDS));
  }

  /** The value of a metric in a report. */
  public static double value(StreamMetricsMessage message, String name) {
    return message.getEnvoyMetricsList().stream()
        .filter(family -> family.getName().equals(name))
        .findFirst()
        .map(family -> family.getMetric(0))
        .map(
            metric ->
                metric.hasCounter() ? metric.getCounter().getValue() : metric.getGauge().getValue())
        .orElseThrow(() -> new AssertionError(name + " is not in " + message));
  }

  static DeltaDiscoveryResponse.Builder response(
      ResourceKind kind, String nonce, String systemVersion) {
    return DeltaDiscoveryResponse.newBuilder()
        .setTypeUrl(kind.typeUrl())
        .setNonce(nonce)
        .setSystemVersionInfo(systemVersion);
  }

  public static Resource cluster(String name, Slot slot, String version) {
    Struct fields =
        Struct.newBuilder()
            .putFields(DaemonProtocol.SLOT_ADDRESS, text(slot.host()))
            .putFields(DaemonProtocol.SLOT_PORT, number(slot.port()))
            .putFields(DaemonProtocol.WAKE_TIMEOUT_MILLIS, number(60_000))
            .putFields(DaemonProtocol.MAX_PARKED, number(100))
            .putFields(DaemonProtocol.PROTOCOL, text("http"))
            .putFields(DaemonProtocol.LOCAL, Value.newBuilder().setBoolValue(true).build())
            .build();
    return resource(
        name, version, Cluster.newBuilder().setName(name).setMetadata(metadata(fields)).build());
  }

  public static Resource endpoints(String name, String version, List<InetSocketAddress> addresses) {
    LocalityLbEndpoints.Builder locality = LocalityLbEndpoints.newBuilder();
    for (InetSocketAddress address : addresses) {
      locality.addLbEndpoints(
          LbEndpoint.newBuilder()
              .setEndpoint(
                  Endpoint.newBuilder()
                      .setAddress(
                          Address.newBuilder()
                              .setSocketAddress(
                                  SocketAddress.newBuilder()
                                      .setAddress(address.getAddress().getHostAddress())
                                      .setPortValue(address.getPort())))));
    }
    return resource(
        name,
        version,
        ClusterLoadAssignment.newBuilder().setClusterName(name).addEndpoints(locality).build());
  }

  /** A response with clusters. */
  public static DeltaDiscoveryResponse clusters(String nonce, Resource... resources) {
    return response(ResourceKind.CLUSTER, nonce, "1").addAllResources(List.of(resources)).build();
  }

  /** A response with endpoints. */
  public static DeltaDiscoveryResponse assignments(String nonce, Resource... resources) {
    return response(ResourceKind.ENDPOINTS, nonce, "1").addAllResources(List.of(resources)).build();
  }

  static Resource verdict(String name, String version, String id, String reason) {
    Struct fields =
        Struct.newBuilder()
            .putFields(DaemonProtocol.VERDICT, text(reason))
            .putFields(DaemonProtocol.VERDICT_ID, text(id))
            .build();
    return resource(
        name,
        version,
        ClusterLoadAssignment.newBuilder()
            .setClusterName(name)
            .addEndpoints(LocalityLbEndpoints.newBuilder().setMetadata(metadata(fields)))
            .build());
  }

  static Resource resource(String name, String version, Message message) {
    return Resource.newBuilder()
        .setName(name)
        .setVersion(version)
        .setResource(Any.pack(message))
        .build();
  }

  private static Metadata metadata(Struct fields) {
    return Metadata.newBuilder().putFilterMetadata(DaemonProtocol.NAMESPACE, fields).build();
  }

  private static Value text(String text) {
    return Value.newBuilder().setStringValue(text).build();
  }

  private static Value number(int number) {
    return Value.newBuilder().setNumberValue(number).build();
  }

  private static <T> T taken(@Nullable T value) {
    if (value == null) {
      throw new AssertionError("nothing arrived");
    }
    return value;
  }

  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Ads
      extends AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase {
    @Override
    public StreamObserver<DeltaDiscoveryRequest> deltaAggregatedResources(
        StreamObserver<DeltaDiscoveryResponse> responses) {
      AdsStream stream = new AdsStream(new LinkedBlockingQueue<>(), responses);
      adsStreams.add(stream);
      return new Collector<>(stream.requests);
    }
  }

  private final class Metrics extends MetricsServiceGrpc.MetricsServiceImplBase {
    @Override
    public StreamObserver<StreamMetricsMessage> streamMetrics(
        StreamObserver<StreamMetricsResponse> responses) {
      MetricsStream stream = new MetricsStream(new LinkedBlockingQueue<>(), responses);
      metricsStreams.add(stream);
      return new Collector<>(stream.messages);
    }
  }

  /** Puts what arrives into a queue. */
  private record Collector<T>(BlockingQueue<T> queue) implements StreamObserver<T> {
    @Override
    public void onNext(T message) {
      queue.add(message);
    }

    @Override
    public void onError(Throwable failure) {
      // The client has gone; the test sees what it sent.
    }

    @Override
    public void onCompleted() {
      // As above.
    }
  }
}
