package io.zenvoy.xds.serve;

import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.metrics.v3.MetricsServiceGrpc;
import io.envoyproxy.envoy.service.metrics.v3.StreamMetricsMessage;
import io.envoyproxy.envoy.service.metrics.v3.StreamMetricsResponse;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves a client of its own once, on a port that nobody knows. What is loaded and set up for that
 * takes a second or more, which clients would otherwise wait for when a standby comes to lead.
 */
public final class Rehearsal {
  private static final Logger log = LoggerFactory.getLogger(Rehearsal.class);
  private static final long LIMIT_SECONDS = 3;

  private Rehearsal() {}

  /**
   * Blocks for a few seconds at most, and fails silently: nothing depends on it.
   *
   * @param publish fills the edge
   */
  public static void run(EdgeSettings settings, Consumer<XdsEdge> publish) {
    EdgeSettings anyPort = new EdgeSettings(0, settings.nodeId(), settings.slots());
    try (XdsGrpcServer edge =
        new XdsGrpcServer(anyPort, new Nobody(), new SimpleMeterRegistry(), () -> true)) {
      edge.start();
      publish.accept(edge);
      edge.open();
      ManagedChannel channel =
          NettyChannelBuilder.forAddress("127.0.0.1", edge.port()).usePlaintext().build();
      try {
        ask(channel, Node.newBuilder().setId(settings.nodeId()).build());
      } finally {
        channel.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      log.atDebug().setCause(e).log("the rehearsal failed");
    }
  }

  private static void ask(ManagedChannel channel, Node node) throws InterruptedException {
    Answers<StreamMetricsResponse> received = new Answers<>();
    StreamObserver<StreamMetricsMessage> reports =
        MetricsServiceGrpc.newStub(channel).streamMetrics(received);
    reports.onNext(
        StreamMetricsMessage.newBuilder()
            .setIdentifier(StreamMetricsMessage.Identifier.newBuilder().setNode(node))
            .build());
    reports.onCompleted();
    Answers<DeltaDiscoveryResponse> clusters = new Answers<>();
    AggregatedDiscoveryServiceGrpc.newStub(channel)
        .deltaAggregatedResources(clusters)
        .onNext(
            DeltaDiscoveryRequest.newBuilder()
                .setNode(node)
                .setTypeUrl(ResourceType.LISTENER.typeUrl())
                .addResourceNamesSubscribe("*")
                .build());
    boolean answered = received.await() && clusters.await();
    log.atDebug().addKeyValue("answered", answered).log("rehearsed");
  }

  /** Waits for the first answer, whatever it is. */
  private static final class Answers<R> implements StreamObserver<R> {
    private final CountDownLatch first = new CountDownLatch(1);

    boolean await() throws InterruptedException {
      return first.await(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void onNext(R answer) {
      first.countDown();
    }

    @Override
    public void onError(Throwable cause) {
      first.countDown();
    }

    @Override
    public void onCompleted() {
      first.countDown();
    }
  }

  private static final class Nobody implements NodeEvents {
    @Override
    public void connected(NodeKey node, int streams) {}

    @Override
    public void disconnected(NodeKey node, int streams) {}

    @Override
    public void acknowledged(NodeKey node, ResourceType type, long revision) {}

    @Override
    public void rejected(NodeKey node, ResourceType type, String reason) {}

    @Override
    public void reported(ActivityReport report) {}

    @Override
    public void reportsEnded(NodeKey node, long stream) {}
  }
}
