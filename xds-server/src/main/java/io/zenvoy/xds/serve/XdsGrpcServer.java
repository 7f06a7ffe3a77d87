package io.zenvoy.xds.serve;

import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.micrometer.core.instrument.MeterRegistry;
import io.zenvoy.common.StartupException;
import java.io.IOException;
import java.net.BindException;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The gRPC port: the Aggregated Discovery Service, the receiver of metrics, and the standard health
 * service. All streams' work runs on virtual threads, one at a time for each stream.
 */
public final class XdsGrpcServer implements XdsEdge, AutoCloseable {
  private static final long KEEP_ALIVE_SECONDS = 2;
  private static final long MIN_CLIENT_PING_SECONDS = 1;
  private static final int MAX_MESSAGE_BYTES = 64 << 20;
  private static final long STOP_MILLIS = 200;

  private final EdgeSettings settings;
  private final ResourceCache cache = new ResourceCache();
  private final NodeGate gate;
  private final AdsService ads;
  private final EdgeMeters meters;
  private final Server server;
  private final HealthStatusManager health = new HealthStatusManager();

  /**
   * Builds everything; nothing is bound before {@link #start}.
   *
   * @param leads asked before everything that is sent
   */
  public XdsGrpcServer(
      EdgeSettings settings, NodeEvents events, MeterRegistry registry, BooleanSupplier leads) {
    this.settings = settings;
    this.gate = new NodeGate(settings, leads);
    // Never shut down: it owns nothing, and closing streams post to it to the last.
    Executor executor = task -> Thread.ofVirtual().name("xds").start(task);
    this.meters = new EdgeMeters(registry);
    Reception reception = new Reception(gate, meters);
    ConnectedNodes nodes = new ConnectedNodes(events);
    meters.clients(nodes::count);
    this.ads = new AdsService(cache, reception, nodes, events, meters, executor);
    MalformedMessages malformed = new MalformedMessages(meters);
    this.server =
        NettyServerBuilder.forPort(settings.port())
            .executor(executor)
            .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
            .keepAliveTimeout(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
            .permitKeepAliveTime(MIN_CLIENT_PING_SECONDS, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .addService(malformed.guard(ads))
            .addService(malformed.guard(new ReportService(cache, reception, nodes, events, meters)))
            .addService(health.getHealthService())
            .build();
    health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, ServingStatus.NOT_SERVING);
  }

  /**
   * Binds the port and starts to answer.
   *
   * @throws StartupException if the port can't be bound
   */
  public void start() {
    try {
      server.start();
    } catch (IOException e) {
      throw new StartupException(
          "XDS_PORT: port "
              + settings.port()
              + (isInUse(e)
                  ? " is in use (set XDS_PORT to a free one)"
                  : " can't be bound: " + e.getMessage()),
          e);
    }
  }

  /** The port that is bound; -1 if none is. */
  public int port() {
    return server.getPort();
  }

  @Override
  public long apply(List<ResourceChange> changes) {
    return cache.apply(changes);
  }

  @Override
  public void open() {
    gate.open();
    health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, ServingStatus.SERVING);
  }

  /** Closes every stream and the port, within a second. Idempotent. */
  @Override
  public void close() {
    server.shutdown();
    ads.closeAll();
    meters.close();
    try {
      if (!server.awaitTermination(STOP_MILLIS, TimeUnit.MILLISECONDS)) {
        server.shutdownNow();
        server.awaitTermination(STOP_MILLIS, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  private static boolean isInUse(@Nullable Throwable error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException
          || String.valueOf(cause.getMessage()).contains("Address already in use")) {
        return true;
      }
    }
    return false;
  }
}
