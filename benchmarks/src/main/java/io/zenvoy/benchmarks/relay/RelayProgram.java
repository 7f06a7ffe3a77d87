package io.zenvoy.benchmarks.relay;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.zenvoy.common.HostPort;
import io.zenvoy.common.Ipv4Network;
import io.zenvoy.common.PortRange;
import io.zenvoy.common.Slot;
import io.zenvoy.tproxy.discovery.Route;
import io.zenvoy.tproxy.discovery.RoutingTable;
import io.zenvoy.tproxy.proxy.Pages;
import io.zenvoy.tproxy.proxy.Proxy;
import io.zenvoy.tproxy.proxy.ProxySettings;
import io.zenvoy.tproxy.redirect.ReceivableSlots;
import io.zenvoy.tproxy.redirect.RedirectKind;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The daemon's own data path with one slot and one endpoint, which it is told on the command line
 * instead of by xDS. One event loop, as the others have one thread.
 */
public final class RelayProgram {
  private static final String SLOT_ADDRESS = "127.128.0.1";

  private RelayProgram() {}

  /**
   * Relays until it is ended.
   *
   * @param arguments the port to listen on, and the endpoint as {@code host:port}
   */
  public static void main(String[] arguments) throws Exception {
    int port = Integer.parseInt(arguments[0]);
    HostPort endpoint = HostPort.parse(arguments[1]);
    Proxy proxy =
        Proxy.start(
            new ProxySettings(
                new ReceivableSlots(
                    RedirectKind.NONE,
                    Ipv4Network.parse("127.128.0.0/9"),
                    port,
                    new PortRange(20_000, 32_767)),
                100_000,
                true,
                1,
                96,
                Duration.ofSeconds(5),
                Duration.ofMillis(100),
                Pages.DEFAULT),
            () -> {},
            new SimpleMeterRegistry());
    proxy.install(RoutingTable.of(List.of(route(port, endpoint)))).toCompletableFuture().join();
    proxy.listen().toCompletableFuture().join();
    Thread.currentThread().join();
  }

  /** Where its clients connect. */
  static HostPort slot(int port) {
    return new HostPort(SLOT_ADDRESS, port);
  }

  private static Route route(int port, HostPort endpoint) {
    return new Route(
        "relayed",
        new Slot(Ipv4Network.parseAddress(SLOT_ADDRESS), port),
        Duration.ofSeconds(20),
        100_000,
        "tcp",
        true,
        List.of(new InetSocketAddress(InetAddress.ofLiteral(endpoint.host()), endpoint.port())),
        Optional.empty(),
        1);
  }
}
