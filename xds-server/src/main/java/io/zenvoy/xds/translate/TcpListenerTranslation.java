package io.zenvoy.xds.translate;

import com.google.protobuf.Any;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.util.Durations;
import io.envoyproxy.envoy.config.core.v3.BackoffStrategy;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.zenvoy.xds.model.TcpListener;

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
  /** With the back-off between them these last for more than 10 s, for a daemon that restarts. */
  private static final int ATTEMPTS = 40;

  private TcpListenerTranslation() {}

  /** The resource's name: a port that changes hands is the same listener to Envoy. */
  static String name(TcpListener listener) {
    return "tcp-" + listener.port();
  }

  static Listener listener(TcpListener listener) {
    return Listener.newBuilder()
        .setName(name(listener))
        .setStatPrefix(name(listener))
        .setAddress(ListenerTranslation.anyAddress(listener.port()))
        .addFilterChains(
            FilterChain.newBuilder()
                .addFilters(
                    Filter.newBuilder()
                        .setName("envoy.filters.network.tcp_proxy")
                        .setTypedConfig(Any.pack(proxy(listener)))))
        .build();
  }

  private static TcpProxy proxy(TcpListener listener) {
    return TcpProxy.newBuilder()
        .setStatPrefix(name(listener))
        .setCluster(listener.cluster().name())
        .setIdleTimeout(
            Durations.fromMillis(listener.idle().map(java.time.Duration::toMillis).orElse(0L)))
        .setMaxConnectAttempts(UInt32Value.of(ATTEMPTS))
        .setBackoffOptions(
            BackoffStrategy.newBuilder()
                .setBaseInterval(Durations.fromMillis(100))
                .setMaxInterval(Durations.fromMillis(500)))
        .build();
  }
}
