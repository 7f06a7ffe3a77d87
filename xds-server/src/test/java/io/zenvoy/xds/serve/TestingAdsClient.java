package io.zenvoy.xds.serve;

import com.google.rpc.Status;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.metrics.v3.MetricsServiceGrpc;
import io.envoyproxy.envoy.service.metrics.v3.StreamMetricsMessage;
import io.envoyproxy.envoy.service.metrics.v3.StreamMetricsResponse;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.util.List;

/** An xDS client by hand: opens streams, and makes the requests of both variants. */
final class TestingAdsClient implements AutoCloseable {
  private final ManagedChannel channel;

  TestingAdsClient(int port) {
    channel = NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
  }

  TestingStream<DiscoveryRequest, DiscoveryResponse> stateOfTheWorld() {
    return new TestingStream<>(
        AggregatedDiscoveryServiceGrpc.newStub(channel)::streamAggregatedResources);
  }

  TestingStream<DeltaDiscoveryRequest, DeltaDiscoveryResponse> delta() {
    return new TestingStream<>(
        AggregatedDiscoveryServiceGrpc.newStub(channel)::deltaAggregatedResources);
  }

  TestingStream<StreamMetricsMessage, StreamMetricsResponse> metrics() {
    return new TestingStream<>(MetricsServiceGrpc.newStub(channel)::streamMetrics);
  }

  ManagedChannel channel() {
    return channel;
  }

  static DiscoveryRequest ask(Node node, ResourceType type, String... names) {
    return DiscoveryRequest.newBuilder()
        .setNode(node)
        .setTypeUrl(type.typeUrl())
        .addAllResourceNames(List.of(names))
        .build();
  }

  static DiscoveryRequest accept(DiscoveryResponse response, String... names) {
    return DiscoveryRequest.newBuilder()
        .setTypeUrl(response.getTypeUrl())
        .setVersionInfo(response.getVersionInfo())
        .setResponseNonce(response.getNonce())
        .addAllResourceNames(List.of(names))
        .build();
  }

  static DiscoveryRequest reject(DiscoveryResponse response, String reason, String... names) {
    return accept(response, names).toBuilder()
        .clearVersionInfo()
        .setErrorDetail(Status.newBuilder().setMessage(reason))
        .build();
  }

  static DeltaDiscoveryRequest subscribe(Node node, ResourceType type, String... names) {
    return DeltaDiscoveryRequest.newBuilder()
        .setNode(node)
        .setTypeUrl(type.typeUrl())
        .addAllResourceNamesSubscribe(List.of(names))
        .build();
  }

  static DeltaDiscoveryRequest unsubscribe(ResourceType type, String... names) {
    return DeltaDiscoveryRequest.newBuilder()
        .setTypeUrl(type.typeUrl())
        .addAllResourceNamesUnsubscribe(List.of(names))
        .build();
  }

  static DeltaDiscoveryRequest accept(DeltaDiscoveryResponse response) {
    return DeltaDiscoveryRequest.newBuilder()
        .setTypeUrl(response.getTypeUrl())
        .setResponseNonce(response.getNonce())
        .build();
  }

  static DeltaDiscoveryRequest reject(DeltaDiscoveryResponse response, String reason) {
    return accept(response).toBuilder()
        .setErrorDetail(Status.newBuilder().setMessage(reason))
        .build();
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
