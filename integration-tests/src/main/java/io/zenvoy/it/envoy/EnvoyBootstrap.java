package io.zenvoy.it.envoy;

import io.zenvoy.common.HostPort;
import java.time.Duration;

/**
 * What an Envoy is started with: the same as in the example's manifests.
 *
 * @param xds where the control plane listens
 * @param nodeId unique per Envoy
 * @param nodeCluster what {@code XDS_NODE_ID} of the control plane is
 * @param variant how xDS is spoken
 * @param statsFlushInterval 1 ms to 5 min
 * @param concurrency worker threads, 1 or more
 * @param metrics where its reports go, as a rule to the same
 */
public record EnvoyBootstrap(
    HostPort xds,
    String nodeId,
    String nodeCluster,
    XdsVariant variant,
    Duration statsFlushInterval,
    int concurrency,
    HostPort metrics) {
  public EnvoyBootstrap {
    if (concurrency < 1) {
      throw new IllegalArgumentException("concurrency: " + concurrency + " (expected: >= 1)");
    }
    if (statsFlushInterval.toMillis() < 1) {
      throw new IllegalArgumentException(
          "statsFlushInterval: " + statsFlushInterval + " (expected: >= 1 ms)");
    }
  }

  /** An Envoy of the default {@code XDS_NODE_ID} with two workers that reports every 100 ms. */
  public static EnvoyBootstrap of(int xdsPort, XdsVariant variant) {
    return of(new HostPort("127.0.0.1", xdsPort), variant);
  }

  /** The same with a control plane anywhere. */
  public static EnvoyBootstrap of(HostPort xds, XdsVariant variant) {
    return new EnvoyBootstrap(xds, "envoy-1", "zenvoy", variant, Duration.ofMillis(100), 2, xds);
  }

  /** The same with another node id. */
  public EnvoyBootstrap withNodeId(String otherId) {
    return new EnvoyBootstrap(
        xds, otherId, nodeCluster, variant, statsFlushInterval, concurrency, metrics);
  }

  /** The same with another way for its reports. */
  public EnvoyBootstrap withMetrics(HostPort other) {
    return new EnvoyBootstrap(
        xds, nodeId, nodeCluster, variant, statsFlushInterval, concurrency, other);
  }

  /** Envoy's YAML. */
  String yaml(int adminPort) {
    return """
        node: {id: "%s", cluster: "%s"}
        admin:
          address: {socket_address: {address: 127.0.0.1, port_value: %d}}
        stats_flush_interval: %.3fs
        stats_sinks:
        - name: envoy.stat_sinks.metrics_service
          typed_config:
            "@type": type.googleapis.com/envoy.config.metrics.v3.MetricsServiceConfig
            transport_api_version: V3
            grpc_service: {envoy_grpc: {cluster_name: %s}}
        stats_config:
          stats_matcher:
            inclusion_list:
              patterns:
              - safe_regex:
                  regex: "cluster\\\\.[^_].*\\\\.(upstream_rq_total|upstream_rq_active|upstream_rq_pending_active|upstream_cx_total|upstream_cx_active|version)"
        dynamic_resources:
          ads_config:
            api_type: %s
            transport_api_version: V3
            set_node_on_first_message_only: true
            grpc_services:
            - envoy_grpc:
                cluster_name: zenvoy-xds
                retry_policy:
                  retry_back_off: {base_interval: 0.1s, max_interval: 1s}
          cds_config: {resource_api_version: V3, ads: {}}
          lds_config: {resource_api_version: V3, ads: {}}
        static_resources:
          clusters:
        %s
        """
        .formatted(
            nodeId,
            nodeCluster,
            adminPort,
            statsFlushInterval.toMillis() / 1000.0,
            metrics.equals(xds) ? "zenvoy-xds" : "zenvoy-metrics",
            variant.apiType,
            cluster("zenvoy-xds", xds)
                + (metrics.equals(xds) ? "" : cluster("zenvoy-metrics", metrics)));
  }

  private static String cluster(String name, HostPort server) {
    return """
          - name: %1$s
            alt_stat_name: _%1$s
            type: STRICT_DNS
            connect_timeout: 1s
            typed_extension_protocol_options:
              envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                explicit_http_config:
                  http2_protocol_options:
                    connection_keepalive: {interval: 2s, timeout: 1s}
            load_assignment:
              cluster_name: %1$s
              endpoints:
              - lb_endpoints:
                - endpoint:
                    address: {socket_address: {address: "%2$s", port_value: %3$d}}
        """
        .formatted(name, server.host(), server.port());
  }
}
