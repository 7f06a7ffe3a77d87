package io.zenvoy.tproxy.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.zenvoy.common.Ipv4Network;
import io.zenvoy.common.PortRange;
import io.zenvoy.tproxy.redirect.ReceivableSlots;
import io.zenvoy.tproxy.redirect.RedirectKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class RehearsalTest {

  @Test
  void succeedsAndKeepsNothingButWhatIsUsedAgain() throws Exception {
    MultiThreadIoEventLoopGroup group =
        new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    try {
      IoEventLoop eventLoop = group.next();
      ProxyLoop loop = loop(eventLoop);
      perform(eventLoop, loop);
      long before = openFiles();
      for (int count = 0; count < 100; count++) {
        perform(eventLoop, loop);
      }
      assertThat(openFiles()).isLessThan(before + 100);
    } finally {
      var _ = group.shutdownGracefully(0, 0, TimeUnit.SECONDS).await();
    }
  }

  private static void perform(IoEventLoop eventLoop, ProxyLoop loop) throws Exception {
    eventLoop
        .submit(
            () -> {
              Rehearsal.perform(loop);
              return null;
            })
        .get();
  }

  private static long openFiles() throws Exception {
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      return files.count();
    }
  }

  private static ProxyLoop loop(IoEventLoop eventLoop) {
    ReceivableSlots slots =
        new ReceivableSlots(
            RedirectKind.NONE,
            Ipv4Network.parse("127.128.0.0/9"),
            18_001,
            new PortRange(20_000, 32_767));
    ProxySettings settings =
        ProxySettings.of(slots, 10, true, Duration.ofSeconds(1), Pages.DEFAULT, 1);
    ProxyMetrics metrics = new ProxyMetrics(new SimpleMeterRegistry());
    return new ProxyLoop(
        eventLoop,
        settings,
        new EndpointGuard(18_001, true),
        new TrafficLedger(() -> {}, metrics),
        metrics,
        System::nanoTime,
        new SplittableRandom(1));
  }
}
