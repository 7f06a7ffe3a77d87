package io.zenvoy.tproxy.discovery;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Status.Code;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.zenvoy.tproxy.discovery.wire.DeltaDiscoveryRequest;
import io.zenvoy.tproxy.discovery.wire.DeltaDiscoveryResponse;
import io.zenvoy.tproxy.discovery.wire.Status;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Follows all clusters and all endpoints over one aggregated stream of incremental xDS (Envoy's
 * documentation, "xDS REST and gRPC protocol"). A response is acknowledged when every event loop
 * uses it, rejected when anything in it is wrong, and what was accepted before stays in use for as
 * long as it takes to get a better one. Owned by the discovery thread.
 */
final class AdsClient {
  private static final Logger log = LoggerFactory.getLogger(AdsClient.class);

  private final ManagedChannel channel;
  private final ScheduledExecutorService thread;
  private final NodeIdentity node;
  private final ResourceStore store;
  private final TableSink sink;
  private final Consumer<RoutingTable> installed;
  private final DiscoveryMetrics metrics;
  private final Backoff backoff = new Backoff(() -> ThreadLocalRandom.current().nextDouble());
  private @Nullable Stream stream;
  private boolean received;
  private boolean failureLogged;
  private volatile Optional<String> rejection = Optional.empty();

  /**
   * @param installed told on the discovery thread when every event loop uses a table
   */
  AdsClient(
      ManagedChannel channel,
      ScheduledExecutorService thread,
      NodeIdentity node,
      TableSink sink,
      Consumer<RoutingTable> installed,
      DiscoveryMetrics metrics) {
    this.channel = channel;
    this.thread = thread;
    this.node = node;
    this.store = new ResourceStore(node.slots());
    this.sink = sink;
    this.installed = installed;
    this.metrics = metrics;
  }

  /** Why the latest response was rejected; empty once one was accepted. Thread-safe. */
  Optional<String> rejection() {
    return rejection;
  }

  void connect() {
    // The channel would wait by a back-off of its own, which grows to minutes.
    channel.resetConnectBackoff();
    Stream opened = new Stream();
    stream = opened;
    opened.requests =
        ClientCalls.asyncBidiStreamingCall(
            channel.newCall(XdsMethods.DELTA_AGGREGATED_RESOURCES, CallOptions.DEFAULT), opened);
    for (ResourceKind kind : ResourceKind.values()) {
      opened.requests.onNext(subscription(kind));
    }
  }

  /** Gives the stream up, so that another one is opened. */
  void abandon() {
    Stream current = stream;
    if (current != null
        && current.requests instanceof ClientCallStreamObserver<DeltaDiscoveryRequest> requests) {
      requests.cancel("the server is silent", null);
    }
  }

  private DeltaDiscoveryRequest subscription(ResourceKind kind) {
    DeltaDiscoveryRequest.Builder request =
        DeltaDiscoveryRequest.newBuilder()
            .setTypeUrl(kind.typeUrl())
            .addResourceNamesSubscribe("*")
            .putAllInitialResourceVersions(store.versions(kind));
    if (kind == ResourceKind.CLUSTER) {
      request.setNode(node.toNode());
    }
    return request.build();
  }

  /** One stream; it is ignored as soon as another one has taken its place. */
  private final class Stream implements StreamObserver<DeltaDiscoveryResponse> {
    private @Nullable StreamObserver<DeltaDiscoveryRequest> requests;

    @Override
    public void onNext(DeltaDiscoveryResponse response) {
      if (stream != this) {
        return;
      }
      backoff.reset();
      failureLogged = false;
      metrics.connected();
      RoutingTable table;
      try {
        table = store.apply(response);
      } catch (InvalidResourceException e) {
        reject(response, String.valueOf(e.getMessage()));
        return;
      }
      sink.install(table)
          .whenCompleteAsync((nothing, failure) -> inUse(response, table, failure), thread);
    }

    private void inUse(
        DeltaDiscoveryResponse response, RoutingTable table, @Nullable Throwable failure) {
      if (failure != null) {
        reject(response, "the table could not be installed: " + failure);
        return;
      }
      rejection = Optional.empty();
      metrics.installed(table);
      installed.accept(table);
      log.atLevel(received ? Level.DEBUG : Level.INFO)
          .addKeyValue("clusters", table.size())
          .log("routing table received");
      received = true;
      metrics.acknowledged();
      send(answer(response).build());
    }

    private void reject(DeltaDiscoveryResponse response, String reason) {
      log.atWarn()
          .addKeyValue("type", response.getTypeUrl())
          .addKeyValue("version", response.getSystemVersionInfo())
          .addKeyValue("reason", reason)
          .log("xDS response rejected");
      rejection = Optional.of(reason);
      metrics.rejected();
      send(
          answer(response)
              .setErrorDetail(
                  Status.newBuilder().setCode(Code.INVALID_ARGUMENT.value()).setMessage(reason))
              .build());
    }

    private static DeltaDiscoveryRequest.Builder answer(DeltaDiscoveryResponse response) {
      return DeltaDiscoveryRequest.newBuilder()
          .setTypeUrl(response.getTypeUrl())
          .setResponseNonce(response.getNonce());
    }

    private void send(DeltaDiscoveryRequest request) {
      if (stream == this && requests != null) {
        requests.onNext(request);
      }
    }

    @Override
    public void onError(Throwable failure) {
      Throwable cause = failure.getCause();
      ended(failure.getMessage() + (cause == null ? "" : ": " + cause.getMessage()));
    }

    @Override
    public void onCompleted() {
      ended("the server closed the stream");
    }

    private void ended(String reason) {
      if (stream != this) {
        return;
      }
      stream = null;
      metrics.disconnected();
      Duration pause = backoff.next();
      if (!failureLogged) {
        // Attempts follow each other several times a second: the first failure says it all.
        failureLogged = true;
        log.atWarn()
            .addKeyValue("server", channel.authority())
            .addKeyValue("reason", reason)
            .log("xDS stream lost; trying again until it works");
      }
      if (!thread.isShutdown()) {
        var _ = thread.schedule(AdsClient.this::connect, pause.toMillis(), TimeUnit.MILLISECONDS);
      }
    }
  }
}
