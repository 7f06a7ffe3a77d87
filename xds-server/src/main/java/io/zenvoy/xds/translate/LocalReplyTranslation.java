package io.zenvoy.xds.translate;

import com.google.protobuf.Struct;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLogFilter;
import io.envoyproxy.envoy.config.accesslog.v3.AndFilter;
import io.envoyproxy.envoy.config.accesslog.v3.ComparisonFilter;
import io.envoyproxy.envoy.config.accesslog.v3.HeaderFilter;
import io.envoyproxy.envoy.config.accesslog.v3.StatusCodeFilter;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.RuntimeUInt32;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.LocalReplyConfig;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.ResponseMapper;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.Optional;

/**
 * What Envoy answers by itself: the requests that are ignored, and the 503 of a request that no
 * daemon and no pod could take, as the daemon's own is.
 *
 * @see <a
 *     href="https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/local_reply">
 *     Envoy's local replies</a>
 */
final class LocalReplyTranslation {
  private static final int SERVICE_UNAVAILABLE = 503;
  private static final String RETRY_AFTER_SECONDS = "5";
  private static final String SERVICE = "%UPSTREAM_CLUSTER%";
  private static final String REASON = "%LOCAL_REPLY_BODY%";
  private static final String PAGE =
      """
      <!doctype html>
      <title>503 Service Unavailable</title>
      <h1>Service Unavailable</h1>
      <p>{reason}</p>
      """;

  private LocalReplyTranslation() {}

  /**
   * The first mapper that fits is used.
   *
   * @param unavailablePage HTML, see {@link TranslateSettings#unavailablePage}
   */
  static LocalReplyConfig config(Optional<String> unavailablePage) {
    return LocalReplyConfig.newBuilder()
        .addMappers(IgnoredRequestTranslation.notAwake())
        .addMappers(
            unavailable(accepting("text/html"))
                .setBodyFormatOverride(
                    SubstitutionFormatString.newBuilder()
                        .setContentType("text/html; charset=utf-8")
                        .setTextFormatSource(
                            DataSource.newBuilder()
                                .setInlineString(format(unavailablePage.orElse(PAGE))))))
        .addMappers(
            unavailable(accepting("application/json"))
                .setBodyFormatOverride(
                    SubstitutionFormatString.newBuilder()
                        .setJsonFormat(
                            Struct.newBuilder()
                                .putFields("status", ClusterTranslation.text("%RESPONSE_CODE%"))
                                .putFields("error", ClusterTranslation.text(REASON)))))
        .addMappers(unavailable(status()))
        .build();
  }

  /** A page as Envoy's format, in which a percent sign begins a command. */
  private static String format(String page) {
    return page.replace("%", "%%").replace("{service}", SERVICE).replace("{reason}", REASON);
  }

  private static ResponseMapper.Builder unavailable(AccessLogFilter filter) {
    return ResponseMapper.newBuilder()
        .setFilter(filter)
        .addHeadersToAdd(
            HeaderValueOption.newBuilder()
                .setHeader(
                    HeaderValue.newBuilder().setKey("retry-after").setValue(RETRY_AFTER_SECONDS)));
  }

  private static AccessLogFilter accepting(String mediaType) {
    return AccessLogFilter.newBuilder()
        .setAndFilter(
            AndFilter.newBuilder()
                .addFilters(status())
                .addFilters(
                    AccessLogFilter.newBuilder()
                        .setHeaderFilter(
                            HeaderFilter.newBuilder()
                                .setHeader(
                                    HeaderMatcher.newBuilder()
                                        .setName("accept")
                                        .setStringMatch(
                                            StringMatcher.newBuilder()
                                                .setContains(mediaType)
                                                .setIgnoreCase(true))))))
        .build();
  }

  private static AccessLogFilter status() {
    return AccessLogFilter.newBuilder()
        .setStatusCodeFilter(
            StatusCodeFilter.newBuilder()
                .setComparison(
                    ComparisonFilter.newBuilder()
                        .setOp(ComparisonFilter.Op.EQ)
                        .setValue(
                            RuntimeUInt32.newBuilder()
                                .setDefaultValue(SERVICE_UNAVAILABLE)
                                .setRuntimeKey("unavailable.status"))))
        .build();
  }
}
