package io.zenvoy.xds.translate;

import com.google.protobuf.Any;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.util.Durations;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.BackoffStrategy;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.zenvoy.xds.model.Cluster;
import io.zenvoy.xds.model.TcpListener;
import io.zenvoy.xds.model.TlsRoute;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Listeners that relay bytes as they are. The upstream is dialled at once, so it may speak first;
 * an open connection has no time limit unless its owner sets one, because a session may be silent
 * for days.
 *
 * @see <a
 *     href="https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/network/tcp_proxy/v3/tcp_proxy.proto">Envoy's
 *     TCP proxy</a>
 */
final class TcpListenerTranslation {
  static final String TLS_LISTENER = "tls";

  /** With the back-off between them these last for more than 10 s, for a daemon that restarts. */
  private static final int ATTEMPTS = 40;

  private TcpListenerTranslation() {}

  static Listener listener(InetAddress host, TcpListener listener) {
    String name = listener.name();
    return bare(name, ListenerTranslation.address(host, listener.port()))
        .addFilterChains(
            FilterChain.newBuilder().addFilters(proxy(name, listener.cluster(), listener.idle())))
        .build();
  }

  /**
   * The one listener of all TLS connections that are not ended here. The chain is chosen by the
   * name that the client asks for; one that nobody has is closed.
   */
  static Listener tlsListener(Address address, List<TlsRoute> routes) {
    Listener.Builder listener =
        bare(TLS_LISTENER, address).addListenerFilters(TlsTranslation.inspector());
    for (TlsRoute route : routes) {
      listener.addFilterChains(
          FilterChain.newBuilder()
              .setName(route.cluster().name())
              .setFilterChainMatch(TlsTranslation.asksFor(route.names()))
              .addFilters(proxy(TLS_LISTENER, route.cluster(), route.idle())));
    }
    return listener.build();
  }

  private static Listener.Builder bare(String name, Address address) {
    return Listener.newBuilder().setName(name).setStatPrefix(name).setAddress(address);
  }

  private static Filter proxy(String statPrefix, Cluster cluster, Optional<Duration> idle) {
    return Filter.newBuilder()
        .setName("envoy.filters.network.tcp_proxy")
        .setTypedConfig(
            Any.pack(
                TcpProxy.newBuilder()
                    .setStatPrefix(statPrefix)
                    .setCluster(cluster.name())
                    .setIdleTimeout(Durations.fromMillis(idle.map(Duration::toMillis).orElse(0L)))
                    .setMaxConnectAttempts(UInt32Value.of(ATTEMPTS))
                    .setBackoffOptions(
                        BackoffStrategy.newBuilder()
                            .setBaseInterval(Durations.fromMillis(100))
                            .setMaxInterval(Durations.fromMillis(500)))
                    .build()))
        .build();
  }
}
