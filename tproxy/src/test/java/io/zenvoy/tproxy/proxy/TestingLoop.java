package io.zenvoy.tproxy.proxy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.zenvoy.common.Ipv4Network;
import io.zenvoy.common.PortRange;
import io.zenvoy.tproxy.redirect.ReceivableSlots;
import io.zenvoy.tproxy.redirect.RedirectKind;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** One event loop without a listener, for tests of what runs in it. */
final class TestingLoop implements AutoCloseable {
  private static final int LISTENER_PORT = 18_001;

  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final IoEventLoop eventLoop = group.next();
  private final ProxyMetrics metrics = new ProxyMetrics(new SimpleMeterRegistry());
  private final TrafficLedger ledger = new TrafficLedger(() -> {}, metrics);
  private final ProxyLoop loop =
      new ProxyLoop(
          eventLoop,
          settings(),
          new EndpointGuard(LISTENER_PORT, true),
          ledger,
          metrics,
          System::nanoTime,
          new SplittableRandom(1));

  ProxyLoop loop() {
    return loop;
  }

  TrafficLedger ledger() {
    return ledger;
  }

  /** Runs something in the event loop and waits for it. */
  <T> T call(Callable<T> task) throws Exception {
    return eventLoop.submit(task).get();
  }

  /** The same for what has no result. */
  void run(Runnable task) throws Exception {
    eventLoop.submit(task).get();
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 0, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private static ProxySettings settings() {
    ReceivableSlots slots =
        new ReceivableSlots(
            RedirectKind.NONE,
            Ipv4Network.parse("127.128.0.0/9"),
            LISTENER_PORT,
            new PortRange(20_000, 32_767));
    return ProxySettings.of(slots, 10, true, Duration.ofSeconds(1), Pages.DEFAULT, 1);
  }
}
