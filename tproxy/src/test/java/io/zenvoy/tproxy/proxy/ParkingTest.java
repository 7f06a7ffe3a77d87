package io.zenvoy.tproxy.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.zenvoy.tproxy.discovery.Route;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ParkingTest {
  private TestingProxy proxy;
  private TestingUpstream upstream;

  @BeforeEach
  void start() throws Exception {
    proxy = TestingProxy.start(50, Duration.ofMillis(400));
    upstream = TestingUpstream.start();
  }

  @AfterEach
  void stop() throws Exception {
    upstream.close();
    proxy.close();
  }

  @Test
  void aParkedConnectionIsServedWhenItsClusterGetsAnEndpoint() throws Exception {
    proxy.routes(proxy.echo());
    try (Socket client = proxy.connect()) {
      client.getOutputStream().write("ping".getBytes(UTF_8));
      await().until(() -> proxy.parked() == 1);
      assertThat(proxy.urgentReports).hasPositiveValue();
      proxy.routes(proxy.echo(upstream.address()));
      answer("ping", "pong");
      assertThat(client.getInputStream().readNBytes(4)).asString().isEqualTo("pong");
      assertThat(proxy.parked()).isZero();
      assertThat(proxy.activity().active()).isEqualTo(1);
      assertThat(proxy.metric("zenvoy_tproxy_park_seconds_count")).isEqualTo(1);
      assertThat(proxy.metric("zenvoy_tproxy_relayed_connections_total")).isEqualTo(1);
      assertThat(proxy.metric("zenvoy_tproxy_relayed_connections_active{service=\"echo\"}"))
          .isEqualTo(1);
      assertThat(proxy.metric("zenvoy_tproxy_parked_connections{service=\"echo\"}")).isZero();
    }
  }

  @Test
  void allThatAreParkedAreReleased() throws Exception {
    proxy.routes(proxy.echo());
    List<Socket> clients = new ArrayList<>();
    for (int count = 0; count < 20; count++) {
      clients.add(proxy.connect());
    }
    await().until(() -> proxy.parked() == 20);
    proxy.routes(proxy.echo(upstream.address()));
    await().until(() -> upstream.waiting() == 20);
    for (Socket client : clients) {
      client.close();
    }
  }

  @Test
  void littleOfWhatAParkedClientSendsIsHeldAndAllOfItArrives() throws Exception {
    proxy.routes(proxy.echo());
    byte[] request = NumberedBytes.of(1, 0, 4 << 20).array();
    try (Socket client = proxy.connect()) {
      Thread sender = Thread.ofVirtual().start(() -> send(client, request));
      await()
          .during(Duration.ofMillis(300))
          .atMost(Duration.ofSeconds(10))
          .until(() -> held(client) > 0 && held(client) <= Listener.PARKED_BYTES);
      proxy.routes(proxy.echo(upstream.address()));
      try (Socket served = upstream.accept()) {
        assertThat(served.getInputStream().readAllBytes()).isEqualTo(request);
      }
      sender.join();
    }
  }

  private static void send(Socket client, byte[] request) {
    try {
      client.getOutputStream().write(request);
      client.shutdownOutput();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What has come from a client and was not read. */
  private static long held(Socket client) throws IOException {
    return KernelSockets.unread(client.getPort(), client.getLocalPort());
  }

  @Test
  void aClientThatResetsWhileParkedIsFreed() throws Exception {
    proxy.routes(proxy.echo());
    Socket client = proxy.connect();
    client.getOutputStream().write("request".getBytes(UTF_8));
    await().until(() -> proxy.parked() == 1);
    client.setSoLinger(true, 0);
    client.close();
    await().until(() -> proxy.parked() == 0);
    assertThat(proxy.closed(CloseReason.CLIENT_LEFT)).isEqualTo(1);
  }

  @Test
  void aClientThatClosesWithoutHavingSentAnythingIsFreed() throws Exception {
    proxy.routes(proxy.echo());
    Socket client = proxy.connect();
    await().until(() -> proxy.parked() == 1);
    client.close();
    await().until(() -> proxy.parked() == 0);
    assertThat(proxy.closed(CloseReason.CLIENT_LEFT)).isEqualTo(1);
  }

  @Test
  void aClientThatHalfClosesBehindItsRequestIsServed() throws Exception {
    proxy.routes(proxy.echo());
    try (Socket client = proxy.connect()) {
      client.getOutputStream().write("request".getBytes(UTF_8));
      client.shutdownOutput();
      await()
          .during(Duration.ofMillis(300))
          .atMost(Duration.ofSeconds(5))
          .until(() -> proxy.parked() == 1);
      proxy.routes(proxy.echo(upstream.address()));
      try (Socket served = upstream.accept()) {
        assertThat(served.getInputStream().readAllBytes()).asString().isEqualTo("request");
        served.getOutputStream().write("reply".getBytes(UTF_8));
      }
      assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("reply");
    }
  }

  @Test
  void aClientThatHalfClosesWithoutAWordHearsAServerThatSpeaksFirst() throws Exception {
    proxy.routes(proxy.echo());
    try (Socket client = proxy.connect()) {
      client.shutdownOutput();
      await()
          .during(Duration.ofMillis(300))
          .atMost(Duration.ofSeconds(5))
          .until(() -> proxy.parked() == 1);
      proxy.routes(proxy.echo(upstream.address()));
      try (Socket served = upstream.accept()) {
        served.getOutputStream().write("greeting".getBytes(UTF_8));
        assertThat(served.getInputStream().read()).isEqualTo(-1);
      }
      assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("greeting");
    }
  }

  @Test
  void aClientThatHalfClosesWithoutAWordHasLeftWhereItIsTheClientWhoSpeaksFirst() throws Exception {
    proxy.routes(TestingProxy.speaking("http", proxy.echo()));
    try (Socket client = proxy.connect()) {
      await().until(() -> proxy.parked() == 1);
      client.shutdownOutput();
      await().until(() -> proxy.parked() == 0);
    }
    assertThat(proxy.closed(CloseReason.CLIENT_LEFT)).isEqualTo(1);
  }

  @Test
  void aClientThatClosesBehindItsRequestIsFreed() throws Exception {
    proxy.routes(proxy.echo());
    Socket client = proxy.connect();
    client.getOutputStream().write("request".getBytes(UTF_8));
    await().until(() -> proxy.parked() == 1);
    client.close();
    await().until(() -> proxy.parked() == 0);
    assertThat(proxy.closed(CloseReason.CLIENT_LEFT)).isEqualTo(1);
  }

  @Test
  void aClientThatHalfClosesBehindItsRequestAndThenClosesIsFreed() throws Exception {
    proxy.routes(proxy.echo());
    Socket client = proxy.connect();
    client.getOutputStream().write("request".getBytes(UTF_8));
    client.shutdownOutput();
    await()
        .during(Duration.ofMillis(200))
        .atMost(Duration.ofSeconds(5))
        .until(() -> proxy.parked() == 1);
    client.close();
    await().until(() -> proxy.parked() == 0);
    assertThat(proxy.closed(CloseReason.CLIENT_LEFT)).isEqualTo(1);
  }

  @Test
  void aConnectionIsResetAtItsDeadline() throws Exception {
    proxy.routes(withTimeout(proxy.echo(), Duration.ofMillis(300)));
    assertRefused(() -> proxy.connect());
    assertThat(proxy.closed(CloseReason.DEADLINE)).isEqualTo(1);
    assertThat(proxy.parked()).isZero();
  }

  @Test
  void aConnectionIsResetAtItsDeadlineAlsoWhileItIsDialled() throws Exception {
    InetSocketAddress nobody = nobody();
    proxy.routes(withTimeout(proxy.echo(nobody), Duration.ofMillis(300)));
    assertRefused(() -> proxy.connect());
    assertThat(proxy.closed(CloseReason.DEADLINE)).isEqualTo(1);
    assertThat(proxy.activity().active()).isZero();
    assertThat(proxy.metric("zenvoy_tproxy_dial_failures_total")).isGreaterThan(5);
  }

  @Test
  void moreThanTheClustersCapAreReset() throws Exception {
    Route route = proxy.echo();
    proxy.routes(
        new Route(
            route.cluster(),
            route.slot(),
            route.wakeTimeout(),
            2,
            "tcp",
            true,
            List.of(),
            Optional.empty(),
            1));
    Socket first = proxy.connect();
    try (Socket second = proxy.connect()) {
      await().until(() -> proxy.parked() == 2);
      assertRefused(() -> proxy.connect());
      assertThat(proxy.closed(CloseReason.CAP)).isEqualTo(1);
      first.close();
      await().until(() -> proxy.parked() == 1);
      try (Socket fourth = proxy.connect()) {
        await().until(() -> proxy.parked() == 2);
        assertThat(fourth.isConnected() && second.isConnected()).isTrue();
      }
    }
  }

  @Test
  void moreThanTheProcessMayParkAreReset() throws Exception {
    proxy.routes(proxy.echo());
    List<Socket> clients = new ArrayList<>();
    for (int count = 0; count < 50; count++) {
      clients.add(proxy.connect());
    }
    await().until(() -> proxy.parked() == 50);
    assertRefused(() -> proxy.connect());
    for (Socket client : clients) {
      client.close();
    }
    await().until(() -> proxy.parked() == 0);
    try (Socket client = proxy.connect()) {
      await().until(() -> proxy.parked() == 1);
      assertThat(client.isConnected()).isTrue();
    }
  }

  @Test
  void aConnectionToAnUnknownSlotIsResetAfterTheGrace() throws Exception {
    assertRefused(() -> proxy.connect());
    assertThat(proxy.closed(CloseReason.UNKNOWN_SLOT)).isEqualTo(1);
  }

  @Test
  void aConnectionToAnUnknownSlotIsServedWhenTheTableCatchesUp() throws Exception {
    try (Socket client = proxy.connect()) {
      proxy.routes(proxy.echo(upstream.address()));
      client.getOutputStream().write("ping".getBytes(UTF_8));
      answer("ping", "pong");
      assertThat(client.getInputStream().readNBytes(4)).asString().isEqualTo("pong");
    }
  }

  @Test
  void aConnectionToAnAddressOutsideTheNetworkIsReset() throws Exception {
    assertRefused(() -> proxy.connect("127.0.0.1"));
    assertThat(proxy.closed(CloseReason.OUTSIDE_NETWORK)).isEqualTo(1);
  }

  @Test
  void aVerdictFailsWhatWasParkedBeforeItAndNothingLater() throws Exception {
    proxy.routes(proxy.echo());
    try (Socket before = proxy.connect()) {
      await().until(() -> proxy.parked() == 1);
      Route failed = withVerdict(proxy.echo(), "1");
      proxy.routes(failed);
      assertReset(before);
      assertThat(proxy.closed(CloseReason.VERDICT)).isEqualTo(1);
      try (Socket after = proxy.connect()) {
        await().until(() -> proxy.parked() == 1);
        proxy.routes(failed);
        assertThat(proxy.parked()).isEqualTo(1);
        proxy.routes(withVerdict(proxy.echo(), "2"));
        assertReset(after);
      }
    }
  }

  @Test
  void connectionsOfAClusterThatIsRemovedAreReset() throws Exception {
    proxy.routes(proxy.echo());
    assertThat(proxy.registry.scrape()).contains("service=\"echo\"");
    try (Socket client = proxy.connect()) {
      await().until(() -> proxy.parked() == 1);
      proxy.routes();
      assertReset(client);
    }
    assertThat(proxy.closed(CloseReason.CLUSTER_REMOVED)).isEqualTo(1);
    assertThat(proxy.registry.scrape()).doesNotContain("service=\"echo\"");
  }

  @Test
  void aConnectionIsParkedAgainWhenTheEndpointsVanishWhileItIsDialled() throws Exception {
    proxy.routes(proxy.echo(nobody()));
    try (Socket client = proxy.connect()) {
      await().until(() -> proxy.activity().active() == 1);
      proxy.routes(proxy.echo());
      assertThat(proxy.parked()).isEqualTo(1);
      assertThat(proxy.activity().active()).isZero();
      proxy.routes(proxy.echo(upstream.address()));
      client.getOutputStream().write("ping".getBytes(UTF_8));
      answer("ping", "pong");
      assertThat(client.getInputStream().readNBytes(4)).asString().isEqualTo("pong");
    }
  }

  @Test
  void aPortThatOpensLateIsFoundByRetries() throws Exception {
    InetSocketAddress late = nobody();
    proxy.routes(proxy.echo(late));
    try (Socket client = proxy.connect()) {
      await().until(() -> proxy.metric("zenvoy_tproxy_dial_failures_total") > 3);
      try (TestingUpstream opened = TestingUpstream.startOn(late.getPort());
          Socket served = opened.accept()) {
        served.getOutputStream().write("hello".getBytes(UTF_8));
        assertThat(client.getInputStream().readNBytes(5)).asString().isEqualTo("hello");
      }
    }
  }

  @Test
  void anotherEndpointIsDialledWhenOneDoesNotAnswer() throws Exception {
    proxy.routes(proxy.echo(nobody(), upstream.address()));
    for (int count = 0; count < 10; count++) {
      try (Socket client = proxy.connect();
          Socket served = upstream.accept()) {
        served.getOutputStream().write("hello".getBytes(UTF_8));
        assertThat(client.getInputStream().readNBytes(5)).asString().isEqualTo("hello");
      }
    }
  }

  @Test
  void aClientThatLeavesWhileItIsDialledIsFreed() throws Exception {
    proxy.routes(proxy.echo(nobody()));
    Socket client = proxy.connect();
    await().until(() -> proxy.activity().active() == 1);
    client.close();
    await().until(() -> proxy.activity().active() == 0);
    assertThat(proxy.closed(CloseReason.CLIENT_LEFT)).isEqualTo(1);
  }

  @Test
  void loopbackIsNotDialledForAClusterThatIsNotLocal() throws Exception {
    Route route = proxy.echo(upstream.address());
    proxy.routes(
        new Route(
            route.cluster(),
            route.slot(),
            route.wakeTimeout(),
            10,
            "tcp",
            false,
            route.endpoints(),
            Optional.empty(),
            1));
    assertRefused(() -> proxy.connect());
    assertThat(proxy.closed(CloseReason.FORBIDDEN_ENDPOINT)).isEqualTo(1);
    assertThat(upstream.waiting()).isZero();
  }

  private void answer(String request, String reply) throws Exception {
    Socket served = upstream.accept();
    assertThat(served.getInputStream().readNBytes(request.length())).asString().isEqualTo(request);
    served.getOutputStream().write(reply.getBytes(UTF_8));
  }

  /** That the connection is reset, be it while it is made or later. */
  private static void assertRefused(Callable<Socket> connect) {
    assertThatThrownBy(
            () -> {
              try (Socket client = connect.call()) {
                client.getInputStream().read();
              }
            })
        .isInstanceOf(SocketException.class)
        .hasMessageContaining("reset");
  }

  private static void assertReset(Socket client) {
    assertThatThrownBy(() -> client.getInputStream().read())
        .isInstanceOf(SocketException.class)
        .hasMessageContaining("reset");
  }

  /** An address that refuses connections. */
  private static InetSocketAddress nobody() throws IOException {
    return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), TestingProxy.freePort());
  }

  private static Route withTimeout(Route route, Duration timeout) {
    return new Route(
        route.cluster(),
        route.slot(),
        timeout,
        10,
        "tcp",
        true,
        route.endpoints(),
        Optional.empty(),
        1);
  }

  private static Route withVerdict(Route route, String id) {
    return new Route(
        route.cluster(),
        route.slot(),
        route.wakeTimeout(),
        10,
        "tcp",
        true,
        List.of(),
        Optional.of(new Route.Verdict(id, "the pod can't be scheduled")),
        1);
  }
}
