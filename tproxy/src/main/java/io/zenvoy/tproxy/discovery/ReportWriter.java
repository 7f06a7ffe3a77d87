package io.zenvoy.tproxy.discovery;

import io.zenvoy.tproxy.discovery.ActivitySource.Activity;
import io.zenvoy.tproxy.discovery.wire.Counter;
import io.zenvoy.tproxy.discovery.wire.Gauge;
import io.zenvoy.tproxy.discovery.wire.Metric;
import io.zenvoy.tproxy.discovery.wire.MetricFamily;
import io.zenvoy.tproxy.discovery.wire.MetricType;
import io.zenvoy.tproxy.discovery.wire.StreamMetricsMessage;

/** Writes figures of clusters in the words of Envoy's metrics sink. */
final class ReportWriter {
  private ReportWriter() {}

  /**
   * What is said about one cluster.
   *
   * @param version as in {@link Route}
   */
  record Figures(Activity activity, long version) {}

  static void write(
      StreamMetricsMessage.Builder report, String cluster, Figures figures, long timeMillis) {
    String prefix = "cluster." + cluster + ".";
    Activity activity = figures.activity;
    report
        .addEnvoyMetrics(counter(prefix + "upstream_cx_total", activity.accepted(), timeMillis))
        .addEnvoyMetrics(counter(prefix + "upstream_rq_total", activity.accepted(), timeMillis))
        .addEnvoyMetrics(gauge(prefix + "upstream_cx_active", activity.active(), timeMillis))
        .addEnvoyMetrics(gauge(prefix + "upstream_rq_active", activity.active(), timeMillis))
        .addEnvoyMetrics(
            gauge(prefix + "upstream_rq_pending_active", activity.parked(), timeMillis))
        .addEnvoyMetrics(gauge(prefix + "version", unsigned(figures.version), timeMillis));
  }

  /** The double that is nearest to a number of 64 bits without a sign, as C++ converts it. */
  static double unsigned(long bits) {
    // Halved to fit; the lowest bit stays in it, so that a tie is rounded as for the whole.
    return bits >= 0 ? (double) bits : ((bits >>> 1) | (bits & 1)) * 2.0;
  }

  private static MetricFamily counter(String name, long value, long timeMillis) {
    return family(
        name,
        MetricType.COUNTER,
        Metric.newBuilder().setCounter(Counter.newBuilder().setValue((double) value)),
        timeMillis);
  }

  private static MetricFamily gauge(String name, double value, long timeMillis) {
    return family(
        name,
        MetricType.GAUGE,
        Metric.newBuilder().setGauge(Gauge.newBuilder().setValue(value)),
        timeMillis);
  }

  private static MetricFamily family(
      String name, MetricType type, Metric.Builder metric, long timeMillis) {
    return MetricFamily.newBuilder()
        .setName(name)
        .setType(type)
        .addMetric(metric.setTimestampMs(timeMillis))
        .build();
  }
}
