package io.zenvoy.tproxy.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.zenvoy.common.DaemonProtocol;
import io.zenvoy.common.Ipv4Network;
import io.zenvoy.common.Slot;
import io.zenvoy.tproxy.discovery.Route;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class FarewellsTest {
  private static final String HOST = "127.128.0.1";

  /** Whoever is looked at together with others may have been answered since the look began. */
  @Test
  void whoIsToldWhyIsNotRefusedAgain() throws Exception {
    try (TestingLoop eventLoop = new TestingLoop()) {
      answerTwo(eventLoop);
      await().until(() -> eventLoop.ledger().isIdle());
    }
  }

  private static void answerTwo(TestingLoop eventLoop) throws Exception {
    LinuxSocket listener = LinuxSocket.newSocketStream(SocketProtocolFamily.INET);
    try (AutoCloseable _ = listener::close) {
      listener.bind(new InetSocketAddress(InetAddress.ofLiteral(HOST), 0));
      listener.listen(2);
      int port = listener.localAddress().getPort();
      try (Socket first = new Socket(InetAddress.ofLiteral(HOST), port);
          Socket second = new Socket(InetAddress.ofLiteral(HOST), port)) {
        int told =
            eventLoop.call(
                () -> {
                  List<Client> clients =
                      List.of(refused(eventLoop, listener), refused(eventLoop, listener));
                  clients.forEach(Client::leave);
                  return eventLoop.ledger().waiting().get();
                });

        assertThat(told).isEqualTo(2);
        assertThat(first.getInputStream().readAllBytes()).isNotEmpty();
        assertThat(second.getInputStream().readAllBytes()).isNotEmpty();
      }
    }
  }

  /** The next connection, which has waited for too long. */
  private static Client refused(TestingLoop eventLoop, LinuxSocket listener) throws IOException {
    ProxyLoop loop = eventLoop.loop();
    Slot slot = new Slot(Ipv4Network.parseAddress(HOST), listener.localAddress().getPort());
    var socket = new io.netty.channel.unix.Socket(listener.accept(new byte[26]));
    Client client = new Client(loop, socket, slot, loop.nanoTime());
    eventLoop.ledger().waiting().incrementAndGet();
    client.watchForLeaving();
    Route route =
        new Route(
            "database",
            slot,
            Duration.ofSeconds(1),
            10,
            DaemonProtocol.PROTOCOL_MYSQL,
            true,
            List.of(),
            Optional.empty(),
            1);
    loop.refuse(client, CloseReason.DEADLINE, route);
    return client;
  }
}
