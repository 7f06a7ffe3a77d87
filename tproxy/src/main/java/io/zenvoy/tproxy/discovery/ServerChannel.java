package io.zenvoy.tproxy.discovery;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.zenvoy.common.HostPort;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The connection to xds-server, and the one thread that owns what goes over it. It can be opened
 * before anything is known that will be said: making the first one takes a good part of a start.
 */
public final class ServerChannel implements AutoCloseable {
  /** Generous for thousands of clusters in one response. */
  private static final int MAX_MESSAGE_BYTES = 64 << 20;

  /**
   * The client side of gRPC pings every ten seconds at most, whatever it is told. It also makes
   * this time-out the socket's TCP_USER_TIMEOUT, though, and reports go out twice a second: so a
   * server that vanished from the network is noticed within it; one that is frozen, by the probe.
   */
  private static final int KEEP_ALIVE_SECONDS = 2;

  private static final int CONNECT_TIMEOUT_MILLIS = 2000;

  private final ScheduledExecutorService thread;
  private final ManagedChannel channel;

  private ServerChannel(HostPort server) {
    thread =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("discovery").daemon().factory());
    // Names are looked up here. gRPC's own would format its threads' names by the rules of a
    // locale, for which 40 classes are loaded.
    ExecutorService resolver =
        Executors.newCachedThreadPool(Thread.ofPlatform().name("resolver-", 0).daemon().factory());
    channel =
        NettyChannelBuilder.forTarget("dns:///" + server)
            .usePlaintext()
            .executor(thread)
            .offloadExecutor(resolver)
            .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
            .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
            .keepAliveTimeout(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
            .keepAliveWithoutCalls(true)
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .disableRetry()
            .build();
  }

  /**
   * Begins to connect.
   *
   * @param server where xds-server is; its name is resolved anew after every failure
   */
  public static ServerChannel open(HostPort server) {
    ServerChannel opened = new ServerChannel(server);
    var _ = opened.channel.getState(true);
    return opened;
  }

  ManagedChannel channel() {
    return channel;
  }

  ScheduledExecutorService thread() {
    return thread;
  }

  @Override
  public void close() {
    channel.shutdownNow();
    thread.shutdownNow();
  }
}
