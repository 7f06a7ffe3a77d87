package io.zenvoy.benchmarks.relay;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.zenvoy.common.HostPort;
import io.zenvoy.common.Ipv4Network;
import io.zenvoy.common.PortRange;
import io.zenvoy.common.Slot;
import io.zenvoy.tproxy.discovery.ActivitySource.Activity;
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
 * The daemon's own data path with one slot, which is told its endpoint here instead of by xDS. One
 * event loop, as the others have one thread.
 */
public final class DataPath {
  /** How long it rehearses after its start, and some more; it has done so in most of its life. */
  public static final Duration REHEARSAL = Duration.ofSeconds(6);

  private static final String CLUSTER = "measured";
  private static final String SLOT_ADDRESS = "127.128.0.1";

  private final int port;
  private final Proxy proxy;

  private DataPath(int port, Proxy proxy) {
    this.port = port;
    this.proxy = proxy;
  }

  /** Where its clients connect. */
  public static HostPort slot(int port) {
    return new HostPort(SLOT_ADDRESS, port);
  }

  /** Starts one that listens, and whose slot's service has these endpoints. */
  public static DataPath start(int port, HostPort... endpoints) {
    return start(port, false, endpoints);
  }

  /**
   * The same.
   *
   * @param copying whether all bytes are copied
   */
  static DataPath start(int port, boolean copying, HostPort... endpoints) {
    ReceivableSlots slots =
        new ReceivableSlots(
            RedirectKind.NONE,
            Ipv4Network.parse("127.128.0.0/9"),
            port,
            new PortRange(20_000, 32_767));
    ProxySettings settings =
        ProxySettings.of(slots, 100_000, true, Duration.ofMillis(100), Pages.DEFAULT, 1);
    Proxy proxy =
        Proxy.start(copying ? settings.copying() : settings, () -> {}, new SimpleMeterRegistry());
    DataPath path = new DataPath(port, proxy);
    path.endpoints(endpoints);
    path.proxy.listen().toCompletableFuture().join();
    return path;
  }

  /** Changes the endpoints, and waits until that is in effect. */
  public void endpoints(HostPort... endpoints) {
    install(table(endpoints));
  }

  /** Has it use what {@link #table} has made, and waits until that is in effect. */
  public void install(RoutingTable table) {
    proxy.install(table).toCompletableFuture().join();
  }

  /** What the control plane says when the service has these endpoints. */
  public RoutingTable table(HostPort... endpoints) {
    List<InetSocketAddress> addresses =
        List.of(endpoints).stream()
            .map(at -> new InetSocketAddress(InetAddress.ofLiteral(at.host()), at.port()))
            .toList();
    Route route =
        new Route(
            CLUSTER,
            new Slot(Ipv4Network.parseAddress(SLOT_ADDRESS), port),
            Duration.ofMinutes(5),
            100_000,
            "tcp",
            true,
            addresses,
            Optional.empty(),
            1);
    return RoutingTable.of(List.of(route));
  }

  /** What its connections do. */
  public Activity activity() {
    return proxy.activity().of(CLUSTER);
  }
}
