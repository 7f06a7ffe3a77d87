package io.zenvoy.tproxy.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.zenvoy.common.Ipv4Network;
import io.zenvoy.common.PortRange;
import io.zenvoy.common.Slot;
import io.zenvoy.tproxy.discovery.ActivitySource.Activity;
import io.zenvoy.tproxy.discovery.Route;
import io.zenvoy.tproxy.discovery.RoutingTable;
import io.zenvoy.tproxy.redirect.ReceivableSlots;
import io.zenvoy.tproxy.redirect.RedirectKind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A proxy with real sockets, whose routing table the test writes. */
final class TestingProxy implements AutoCloseable {
  private static final Ipv4Network NETWORK = Ipv4Network.parse("127.128.0.0/9");
  private static final int SLOT_ADDRESS = Ipv4Network.parseAddress("127.128.0.10");

  final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  final AtomicInteger urgentReports = new AtomicInteger();
  private final Proxy proxy;
  private final int port;

  private TestingProxy(int maxParked, Duration unknownSlotGrace) throws IOException {
    port = freePort();
    proxy =
        Proxy.start(
            new ProxySettings(
                new ReceivableSlots(RedirectKind.NONE, NETWORK, port, new PortRange(20000, 32767)),
                maxParked,
                true,
                2,
                96,
                PipePool.MOST,
                unknownSlotGrace,
                Duration.ofMillis(100),
                Pages.DEFAULT),
            urgentReports::incrementAndGet,
            registry);
  }

  static TestingProxy start() throws Exception {
    return start(1000, Duration.ofSeconds(5));
  }

  static TestingProxy start(int maxParked, Duration unknownSlotGrace) throws Exception {
    TestingProxy testing = new TestingProxy(maxParked, unknownSlotGrace);
    testing.routes();
    testing.proxy.listen().toCompletableFuture().get(5, TimeUnit.SECONDS);
    return testing;
  }

  /** Installs a table with these routes and waits until it is in use. */
  void routes(Route... routes) throws Exception {
    proxy
        .install(RoutingTable.of(Arrays.asList(routes)))
        .toCompletableFuture()
        .get(5, TimeUnit.SECONDS);
  }

  /** The route of cluster {@code echo}, which may be dialled on loopback. */
  Route echo(InetSocketAddress... endpoints) {
    return new Route(
        "echo",
        slot(0),
        Duration.ofSeconds(20),
        100,
        "tcp",
        true,
        List.of(endpoints),
        Optional.empty(),
        1);
  }

  /** The same route for clients of another protocol. */
  static Route speaking(String protocol, Route route) {
    return new Route(
        route.cluster(),
        route.slot(),
        route.wakeTimeout(),
        route.maxParked(),
        protocol,
        route.local(),
        route.endpoints(),
        route.verdict(),
        route.version());
  }

  Slot slot(int index) {
    return new Slot(SLOT_ADDRESS + index, port);
  }

  /** A client that has connected to the first slot. */
  Socket connect() throws IOException {
    return connect(slot(0));
  }

  Socket connect(Slot slot) throws IOException {
    return connect(slot.host());
  }

  Socket connect(String host) throws IOException {
    Socket socket = new Socket();
    socket.setSoTimeout(20_000);
    socket.connect(new InetSocketAddress(InetAddress.ofLiteral(host), port), 5000);
    return socket;
  }

  Activity activity() {
    return proxy.activity().of("echo");
  }

  int parked() {
    return activity().parked();
  }

  /** Connections that have a place in the process, parked or not. */
  int waiting() {
    return proxy.ledger().waiting().get();
  }

  /** The value of a counter or gauge in the scraped text; 0 if it is not there. */
  double metric(String nameAndTags) {
    return registry
        .scrape()
        .lines()
        .filter(line -> line.startsWith(nameAndTags + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(nameAndTags.length() + 1)))
        .sum();
  }

  double closed(CloseReason reason) {
    return metric("zenvoy_tproxy_closed_connections_total{reason=\"" + reason.tag() + "\"}");
  }

  @Override
  public void close() {
    proxy.close();
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      int port = socket.getLocalPort();
      assertThat(port).isPositive();
      return port;
    }
  }
}
