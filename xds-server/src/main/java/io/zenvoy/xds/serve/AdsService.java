package io.zenvoy.xds.serve;

import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/** The Aggregated Discovery Service, both variants. Thread-safe. */
final class AdsService extends AggregatedDiscoveryServiceImplBase {
  private final ResourceCache cache;
  private final Reception reception;
  private final ConnectedNodes nodes;
  private final NodeEvents events;
  private final EdgeMeters meters;
  private final Executor executor;
  private final ResponseVersions versions = new ResponseVersions();
  private final Set<AdsStream<?, ?>> streams = ConcurrentHashMap.newKeySet();

  AdsService(
      ResourceCache cache,
      Reception reception,
      ConnectedNodes nodes,
      NodeEvents events,
      EdgeMeters meters,
      Executor executor) {
    this.cache = cache;
    this.reception = reception;
    this.nodes = nodes;
    this.events = events;
    this.meters = meters;
    this.executor = executor;
  }

  @Override
  public StreamObserver<DiscoveryRequest> streamAggregatedResources(
      StreamObserver<DiscoveryResponse> client) {
    return open(new StateOfTheWorld(), client);
  }

  @Override
  public StreamObserver<DeltaDiscoveryRequest> deltaAggregatedResources(
      StreamObserver<DeltaDiscoveryResponse> client) {
    return open(new Delta(), client);
  }

  private <Q, R> StreamObserver<Q> open(AdsVariant<Q, R> variant, StreamObserver<R> client) {
    AdsStream<Q, R> stream = new AdsStream<>(this, variant, (ServerCallStreamObserver<R>) client);
    streams.add(stream);
    return stream;
  }

  /** Closes every stream; the clients connect anew, here or elsewhere. */
  void closeAll() {
    for (AdsStream<?, ?> stream : streams) {
      stream.close(Status.UNAVAILABLE.withDescription("xds-server is stopping"));
    }
  }

  Executor executor() {
    return executor;
  }

  ResourceCache cache() {
    return cache;
  }

  ConnectedNodes nodes() {
    return nodes;
  }

  NodeGate.Admission admit(Node node) {
    return reception.admit(node);
  }

  boolean mayServe() {
    return reception.mayServe();
  }

  <Q, R> AdsSession<Q, R> newSession(NodeKey node, AdsVariant<Q, R> variant, long revision) {
    return new AdsSession<>(node, variant, cache, revision, versions, events, meters);
  }

  void forget(AdsStream<?, ?> stream) {
    streams.remove(stream);
  }

  void countFailure() {
    meters.streamRejected("failure");
  }
}
