package io.zenvoy.xds.translate;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.UInt32Value;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLogFilter;
import io.envoyproxy.envoy.config.accesslog.v3.AndFilter;
import io.envoyproxy.envoy.config.accesslog.v3.ExtensionFilter;
import io.envoyproxy.envoy.config.accesslog.v3.ResponseFlagFilter;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.ResponseMapper;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.zenvoy.xds.model.Assignment;
import io.zenvoy.xds.model.Assignment.EnvoySide;
import io.zenvoy.xds.model.Cluster;
import io.zenvoy.xds.model.IgnoredRequest;
import java.util.List;

/**
 * Requests that are no activity. They have a route ahead of the others to a twin of their cluster,
 * which has the pods while these are published and never the slot: so they are not parked, and what
 * Envoy counts of them is counted under a name that nobody reports. A twin without endpoints (or
 * one that Envoy does not know yet, or no longer) makes Envoy answer by itself, and that answer, on
 * these routes alone, is 200. So nothing but the twin's endpoints changes when a service sleeps or
 * wakes, and there is no moment in which a route and its endpoints disagree.
 *
 * @see <a
 *     href="https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/local_reply">
 *     Envoy's local replies</a>
 */
final class IgnoredRequestTranslation {
  /** The life cycle and the Envoys' statistics leave out names that begin with an underscore. */
  private static final String PREFIX = "_ignored/";

  /** The name of the routes, by which the answer of Envoy itself is told from every other. */
  private static final String ROUTE = "ignored";

  private static final String NO_HEALTHY_UPSTREAM = "UH";
  private static final String NO_CLUSTER = "NC";

  private IgnoredRequestTranslation() {}

  /** Whether a cluster has a twin. */
  static boolean hasTwin(Cluster cluster) {
    return cluster.port().protocol().isHttp() && !cluster.policy().ignored().isEmpty();
  }

  static String twinName(Cluster cluster) {
    return PREFIX + cluster.name();
  }

  static io.envoyproxy.envoy.config.cluster.v3.Cluster twin(Cluster cluster) {
    return ClusterTranslation.forEnvoys(cluster).toBuilder().setName(twinName(cluster)).build();
  }

  static ClusterLoadAssignment twinEndpoints(Assignment assignment) {
    ClusterLoadAssignment.Builder builder =
        ClusterLoadAssignment.newBuilder().setClusterName(twinName(assignment.cluster()));
    switch (assignment.envoy()) {
      case EnvoySide.SlotOnly() -> {}
      case EnvoySide.PodsOnly(var pods) ->
          builder.addEndpoints(EndpointTranslation.locality(pods, 0));
      case EnvoySide.PodsThenSlot(var pods) ->
          builder.addEndpoints(EndpointTranslation.locality(pods, 0));
    }
    return builder.build();
  }

  /**
   * The routes to the twin.
   *
   * @param timeout without room for a wake, which they never wait for
   */
  static List<Route> routes(Cluster cluster, Duration timeout) {
    if (!hasTwin(cluster)) {
      return List.of();
    }
    RouteAction toTwin =
        RouteAction.newBuilder().setCluster(twinName(cluster)).setTimeout(timeout).build();
    return cluster.policy().ignored().stream()
        .map(
            ignored ->
                Route.newBuilder().setName(ROUTE).setMatch(match(ignored)).setRoute(toTwin).build())
        .toList();
  }

  /** What Envoy answers on these routes while a twin has no endpoint. */
  static ResponseMapper notAwake() {
    return ResponseMapper.newBuilder()
        .setFilter(
            AccessLogFilter.newBuilder()
                .setAndFilter(
                    AndFilter.newBuilder()
                        .addFilters(withoutEndpoint())
                        .addFilters(onTheseRoutes())))
        .setStatusCode(UInt32Value.of(200))
        .setBody(DataSource.newBuilder().setInlineString("zenvoy: not awake\n"))
        .build();
  }

  private static AccessLogFilter withoutEndpoint() {
    return AccessLogFilter.newBuilder()
        .setResponseFlagFilter(
            ResponseFlagFilter.newBuilder().addFlags(NO_HEALTHY_UPSTREAM).addFlags(NO_CLUSTER))
        .build();
  }

  private static AccessLogFilter onTheseRoutes() {
    ExpressionFilter expression =
        ExpressionFilter.newBuilder().setExpression("xds.route_name == '" + ROUTE + "'").build();
    return AccessLogFilter.newBuilder()
        .setExtensionFilter(
            ExtensionFilter.newBuilder()
                .setName("envoy.access_loggers.extension_filters.cel")
                .setTypedConfig(Any.pack(expression)))
        .build();
  }

  private static RouteMatch match(IgnoredRequest ignored) {
    return switch (ignored) {
      case IgnoredRequest.Path(String path) -> RouteMatch.newBuilder().setPath(path).build();
      case IgnoredRequest.UserAgent(String prefix) ->
          RouteMatch.newBuilder()
              .setPrefix("/")
              .addHeaders(
                  HeaderMatcher.newBuilder()
                      .setName("user-agent")
                      .setStringMatch(StringMatcher.newBuilder().setPrefix(prefix)))
              .build();
    };
  }
}
