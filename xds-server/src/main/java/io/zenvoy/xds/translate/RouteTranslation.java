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
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.zenvoy.xds.model.Protocol;
import io.zenvoy.xds.model.Route;
import java.util.List;

/**
 * The HTTP listener's routes. Envoy counts the wait for a wake as the upstream's time, so a route's
 * time-out has room for both; what may last (gRPC, upgrades, streams) has none. What can't have
 * reached a program is tried again, and so is, until its answer begins, what changes nothing.
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

  /** A request that fails so was not run. */
  private static final String NOT_SENT = "connect-failure,refused-stream,reset-before-request";

  /** A request that fails so may have been run, be it by a pod that has died of it. */
  private static final String NOT_ANSWERED = NOT_SENT + ",reset";

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
            .setRetryPolicy(retryPolicy(NOT_SENT))
            .addAllRoutes(
                IgnoredRequestTranslation.routes(
                    route.cluster(), Durations.fromMillis(readTimeout.toMillis())));
    Duration none = Duration.getDefaultInstance();
    if (route.cluster().port().protocol() == Protocol.HTTP2
        || route.cluster().policy().streaming()) {
      return host.addRoutes(repeatable(to(route, everything().addHeaders(isSafe()), none)))
          .addRoutes(to(route, everything(), none))
          .build();
    }
    Duration limit =
        Durations.fromMillis(readTimeout.plus(route.cluster().policy().wakeTimeout()).toMillis());
    return host.addRoutes(
            repeatable(to(route, everything().addHeaders(isUpgrade()).addHeaders(isGet()), none)))
        .addRoutes(
            to(route, everything().setGrpc(GrpcRouteMatchOptions.getDefaultInstance()), none))
        .addRoutes(repeatable(to(route, everything().addHeaders(isSafe()), limit)))
        .addRoutes(to(route, everything(), limit))
        .build();
  }

  /** A pod that resets its first connections costs such a request time and nothing else. */
  private static io.envoyproxy.envoy.config.route.v3.Route repeatable(
      io.envoyproxy.envoy.config.route.v3.Route route) {
    return route.toBuilder()
        .setRoute(route.getRoute().toBuilder().setRetryPolicy(retryPolicy(NOT_ANSWERED)))
        .build();
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

  /**
   * A WebSocket's handshake is a GET (RFC 6455, 4.1) before whose answer nothing else may be sent:
   * as safe to repeat as any other.
   */
  private static HeaderMatcher isGet() {
    return HeaderMatcher.newBuilder()
        .setName(":method")
        .setStringMatch(StringMatcher.newBuilder().setExact("GET"))
        .build();
  }

  /** Methods that change nothing, so that running one twice is harmless (RFC 9110, 9.2.1). */
  private static HeaderMatcher isSafe() {
    return HeaderMatcher.newBuilder()
        .setName(":method")
        .setStringMatch(
            StringMatcher.newBuilder()
                .setSafeRegex(RegexMatcher.newBuilder().setRegex("GET|HEAD|OPTIONS")))
        .build();
  }

  private static RetryPolicy retryPolicy(String conditions) {
    return RetryPolicy.newBuilder()
        .setRetryOn(conditions)
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
