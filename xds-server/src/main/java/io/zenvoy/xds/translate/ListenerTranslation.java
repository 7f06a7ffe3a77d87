package io.zenvoy.xds.translate;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.UpgradeConfig;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;

/**
 * The HTTP listener. Its stream idle time-out is off, because a request that waits for a wake is
 * idle as Envoy sees it.
 *
 * @see <a href="https://www.envoyproxy.io/docs/envoy/latest/faq/configuration/timeouts">Envoy's
 *     time-outs</a>
 */
final class ListenerTranslation {
  static final String HTTP_LISTENER = "http";

  private ListenerTranslation() {}

  static Listener httpListener(int port) {
    return Listener.newBuilder()
        .setName(HTTP_LISTENER)
        .setAddress(anyAddress(port))
        .addFilterChains(
            FilterChain.newBuilder()
                .addFilters(
                    Filter.newBuilder()
                        .setName("envoy.filters.network.http_connection_manager")
                        .setTypedConfig(Any.pack(connectionManager()))))
        .build();
  }

  static Address anyAddress(int port) {
    return Address.newBuilder()
        .setSocketAddress(SocketAddress.newBuilder().setAddress("0.0.0.0").setPortValue(port))
        .build();
  }

  /** Resources are found on the stream that carries all others. */
  static ConfigSource aggregated() {
    return ConfigSource.newBuilder()
        .setResourceApiVersion(ApiVersion.V3)
        .setAds(AggregatedConfigSource.getDefaultInstance())
        .build();
  }

  private static HttpConnectionManager connectionManager() {
    return HttpConnectionManager.newBuilder()
        .setStatPrefix(HTTP_LISTENER)
        .setRds(
            Rds.newBuilder()
                .setConfigSource(aggregated())
                .setRouteConfigName(RouteTranslation.HTTP_ROUTES))
        .setLocalReplyConfig(IgnoredRequestTranslation.localReply())
        .setStreamIdleTimeout(Duration.getDefaultInstance())
        .addUpgradeConfigs(UpgradeConfig.newBuilder().setUpgradeType("websocket"))
        .addHttpFilters(
            HttpFilter.newBuilder()
                .setName("envoy.filters.http.router")
                .setTypedConfig(Any.pack(Router.getDefaultInstance())))
        .build();
  }
}
