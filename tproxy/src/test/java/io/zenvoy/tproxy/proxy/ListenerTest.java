package io.zenvoy.tproxy.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.zenvoy.common.Ipv4Network;
import io.zenvoy.common.PortRange;
import io.zenvoy.common.StartupException;
import io.zenvoy.tproxy.redirect.ReceivableSlots;
import io.zenvoy.tproxy.redirect.RedirectKind;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class ListenerTest {
  private static final int EVENT_LOOPS = 3;

  @Test
  void eachEventLoopListensForItself() throws Exception {
    int port = freePort();
    try (Proxy proxy = start(port)) {
      proxy.listen().toCompletableFuture().join();
      assertThat(KernelSockets.listening(port)).isEqualTo(EVENT_LOOPS);
    }
    await().untilAsserted(() -> assertThat(KernelSockets.listening(port)).isZero());
  }

  @Test
  void aPortOfAnotherDaemonIsNotShared() throws Exception {
    int port = freePort();
    try (Proxy proxy = start(port)) {
      proxy.listen().toCompletableFuture().join();
      assertThatThrownBy(() -> start(port))
          .isInstanceOf(StartupException.class)
          .hasMessageContaining("port " + port + " is in use");
    }
  }

  @Test
  void aPortThatAnyProgramWouldShareIsNotShared() throws Exception {
    try (ServerSocketChannel other = ServerSocketChannel.open()) {
      other.setOption(StandardSocketOptions.SO_REUSEPORT, true);
      other.bind(new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), 0));
      int port = other.socket().getLocalPort();
      assertThatThrownBy(() -> start(port)).isInstanceOf(StartupException.class);
    }
  }

  @Test
  void anUnexpectedErrorDoesNotCloseThePort() throws Exception {
    int port = freePort();
    AtomicInteger arrived = new AtomicInteger();
    Listener.Intake intake =
        (descriptor, _) -> {
          if (arrived.incrementAndGet() == 1) {
            throw new AssertionError("the first one fails");
          }
        };
    try (TestingLoop eventLoop = new TestingLoop()) {
      eventLoop.run(() -> Listener.bind(slots(port), eventLoop.loop(), intake, false).listen());
      InetAddress host = InetAddress.ofLiteral("127.0.0.1");
      try (Socket _ = new Socket(host, port)) {
        await().until(() -> arrived.get() == 1);
        try (Socket _ = new Socket(host, port)) {
          await().until(() -> arrived.get() == 2);
        }
      }
    }
  }

  private static ReceivableSlots slots(int port) {
    return new ReceivableSlots(
        RedirectKind.NONE, Ipv4Network.parse("127.128.0.0/9"), port, new PortRange(20_000, 32_767));
  }

  private static Proxy start(int port) {
    return Proxy.start(
        new ProxySettings(
            slots(port),
            1000,
            true,
            EVENT_LOOPS,
            96,
            PipePool.MOST,
            Duration.ofSeconds(5),
            Duration.ZERO,
            Pages.DEFAULT),
        () -> {},
        new SimpleMeterRegistry());
  }

  private static int freePort() throws Exception {
    try (ServerSocketChannel free = ServerSocketChannel.open()) {
      free.bind(new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), 0));
      return free.socket().getLocalPort();
    }
  }
}
