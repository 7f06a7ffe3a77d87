package io.zenvoy.xds.translate;

import com.google.common.net.InetAddresses;
import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.util.Durations;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.UpgradeConfig;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.Rds;
import io.zenvoy.xds.model.Certificate;
import io.zenvoy.xds.model.Route;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * The HTTP listener, plain and by TLS on one port. Its stream idle time-out is off, because a
 * request that waits for a wake is idle as Envoy sees it.
 *
 * @see <a href="https://www.envoyproxy.io/docs/envoy/latest/faq/configuration/timeouts">Envoy's
 *     time-outs</a>
 */
final class ListenerTranslation {
  static final String HTTP_LISTENER = "http";

  /** HTTP/1.1 with its trailers, which Envoy drops unless told, on either side of it. */
  static final Http1ProtocolOptions WITH_TRAILERS =
      Http1ProtocolOptions.newBuilder().setEnableTrailers(true).build();

  /** The chain of clients that ask for a name that no service has, or for none. */
  private static final String OTHER_NAMES = "other names";

  /** How long a client may be silent at first: as long as Envoy's connections may be idle. */
  private static final java.time.Duration FIRST_BYTE = java.time.Duration.ofHours(1);

  private ListenerTranslation() {}

  /**
   * The listener. What a connection begins with is always looked at, because a listener whose
   * filters change cuts its connections in the end, and one whose chains change does not.
   *
   * @param address where clients connect
   * @param routes of which those with a certificate are reached by TLS
   * @param unavailablePage see {@link TranslateSettings#unavailablePage}
   */
  static Listener httpListener(
      Address address, List<Route> routes, Optional<String> unavailablePage) {
    Filter requests = requests(unavailablePage);
    Listener.Builder listener =
        Listener.newBuilder()
            .setName(HTTP_LISTENER)
            .setAddress(address)
            .addListenerFilters(TlsTranslation.inspector())
            .setListenerFiltersTimeout(Durations.fromMillis(FIRST_BYTE.toMillis()))
            .addFilterChains(
                FilterChain.newBuilder()
                    .setName(HTTP_LISTENER)
                    .setFilterChainMatch(
                        FilterChainMatch.newBuilder().setTransportProtocol("raw_buffer"))
                    .addFilters(requests));
    List<Route> encrypted =
        routes.stream().filter(route -> route.certificate().isPresent()).toList();
    for (Route route : encrypted) {
      route
          .certificate()
          .ifPresent(
              certificate ->
                  listener.addFilterChains(
                      ending(certificate, requests)
                          .setName(route.cluster().name())
                          .setFilterChainMatch(TlsTranslation.asksFor(route.hosts()))));
    }
    encrypted.stream()
        .flatMap(route -> route.certificate().stream())
        .findFirst()
        .ifPresent(
            certificate ->
                listener.setDefaultFilterChain(ending(certificate, requests).setName(OTHER_NAMES)));
    return listener.build();
  }

  private static FilterChain.Builder ending(Certificate certificate, Filter requests) {
    return FilterChain.newBuilder()
        .setTransportSocket(TlsTranslation.endedWith(certificate))
        .addFilters(requests);
  }

  private static Filter requests(Optional<String> unavailablePage) {
    return Filter.newBuilder()
        .setName("envoy.filters.network.http_connection_manager")
        .setTypedConfig(Any.pack(connectionManager(unavailablePage)))
        .build();
  }

  /** Where clients connect; IPv6's any-address takes those of IPv4 as well. */
  static Address address(InetAddress host, int port) {
    return Address.newBuilder()
        .setSocketAddress(
            SocketAddress.newBuilder()
                .setAddress(InetAddresses.toAddrString(host))
                .setPortValue(port)
                .setIpv4Compat(host instanceof Inet6Address && host.isAnyLocalAddress()))
        .build();
  }

  /** Resources are found on the stream that carries all others. */
  static ConfigSource aggregated() {
    return ConfigSource.newBuilder()
        .setResourceApiVersion(ApiVersion.V3)
        .setAds(AggregatedConfigSource.getDefaultInstance())
        .build();
  }

  private static HttpConnectionManager connectionManager(Optional<String> unavailablePage) {
    return HttpConnectionManager.newBuilder()
        .setStatPrefix(HTTP_LISTENER)
        .setRds(
            Rds.newBuilder()
                .setConfigSource(aggregated())
                .setRouteConfigName(RouteTranslation.HTTP_ROUTES))
        .setLocalReplyConfig(LocalReplyTranslation.config(unavailablePage))
        .setStreamIdleTimeout(Duration.getDefaultInstance())
        .setHttpProtocolOptions(WITH_TRAILERS)
        .addUpgradeConfigs(UpgradeConfig.newBuilder().setUpgradeType("websocket"))
        .addHttpFilters(
            HttpFilter.newBuilder()
                .setName("envoy.filters.http.router")
                .setTypedConfig(Any.pack(Router.getDefaultInstance())))
        .build();
  }
}
