package io.zenvoy.xds.translate;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.util.Durations;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy.RetryBackOff;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy.RetryHostPredicate;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy.RetryPriority;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.RouteMatch.GrpcRouteMatchOptions;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate;
import io.envoyproxy.envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.zenvoy.xds.model.Protocol;
import io.zenvoy.xds.model.Route;
import java.util.List;

/**
 * The HTTP listener's routes. Envoy counts the wait for a wake as the upstream's time, so a route's
 * time-out has room for both; what may last (gRPC, upgrades, streams) has none. Only what can't
 * have reached a program is tried again.
 *
 * @see <a
 *     href="https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto">Envoy's
 *     routes</a>
 */
final class RouteTranslation {
  static final String HTTP_ROUTES = "http";

  /**
   * With the longest back-off between them these last for 20 s, with the average one for more than
   * 10 s.
   */
  private static final int RETRIES = 40;

  private RouteTranslation() {}

  static RouteConfiguration routes(List<Route> routes, java.time.Duration readTimeout) {
    RouteConfiguration.Builder configuration =
        RouteConfiguration.newBuilder().setName(HTTP_ROUTES).setIgnorePortInHostMatching(true);
    routes.forEach(route -> configuration.addVirtualHosts(virtualHost(route, readTimeout)));
    return configuration.build();
  }

  private static VirtualHost virtualHost(Route route, java.time.Duration readTimeout) {
    VirtualHost.Builder host =
        VirtualHost.newBuilder()
            .setName(route.cluster().name())
            .addAllDomains(route.hosts())
            .setRetryPolicy(retryPolicy())
            .addAllRoutes(
                IgnoredRequestTranslation.routes(
                    route.cluster(), Durations.fromMillis(readTimeout.toMillis())));
    Duration none = Duration.getDefaultInstance();
    boolean unlimited =
        route.cluster().policy().streaming() || route.cluster().port().protocol() == Protocol.HTTP2;
    if (!unlimited) {
      host.addRoutes(to(route, everything().addHeaders(isUpgrade()), none));
      host.addRoutes(
          to(route, everything().setGrpc(GrpcRouteMatchOptions.getDefaultInstance()), none));
    }
    Duration limit =
        Durations.fromMillis(readTimeout.plus(route.cluster().policy().wakeTimeout()).toMillis());
    return host.addRoutes(to(route, everything(), unlimited ? none : limit)).build();
  }

  private static io.envoyproxy.envoy.config.route.v3.Route to(
      Route route, RouteMatch.Builder match, Duration timeout) {
    return io.envoyproxy.envoy.config.route.v3.Route.newBuilder()
        .setMatch(match)
        .setRoute(RouteAction.newBuilder().setCluster(route.cluster().name()).setTimeout(timeout))
        .build();
  }

  private static RouteMatch.Builder everything() {
    return RouteMatch.newBuilder().setPrefix("/");
  }

  private static HeaderMatcher isUpgrade() {
    return HeaderMatcher.newBuilder()
        .setName("upgrade")
        .setStringMatch(StringMatcher.newBuilder().setExact("websocket").setIgnoreCase(true))
        .build();
  }

  private static RetryPolicy retryPolicy() {
    return RetryPolicy.newBuilder()
        .setRetryOn("connect-failure,refused-stream,reset-before-request")
        .setNumRetries(UInt32Value.of(RETRIES))
        .setHostSelectionRetryMaxAttempts(3)
        .addRetryHostPredicate(
            RetryHostPredicate.newBuilder()
                .setName("envoy.retry_host_predicates.previous_hosts")
                .setTypedConfig(Any.pack(PreviousHostsPredicate.getDefaultInstance())))
        .setRetryPriority(
            RetryPriority.newBuilder()
                .setName("envoy.retry_priorities.previous_priorities")
                .setTypedConfig(
                    Any.pack(PreviousPrioritiesConfig.newBuilder().setUpdateFrequency(1).build())))
        .setRetryBackOff(
            RetryBackOff.newBuilder()
                .setBaseInterval(Durations.fromMillis(100))
                .setMaxInterval(Durations.fromMillis(500)))
        .build();
  }
}
