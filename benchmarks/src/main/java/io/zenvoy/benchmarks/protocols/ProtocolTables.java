package io.zenvoy.benchmarks.protocols;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import io.zenvoy.benchmarks.Figures;
import java.util.List;
import java.util.Locale;

/** The tables of the result file, with a row for each protocol. */
final class ProtocolTables {
  private static final double MEDIAN = 0.5;
  private static final double TAIL = 0.99;

  private ProtocolTables() {}

  static String of(List<Samples> all, int clients) {
    StringBuilder text = new StringBuilder();
    text.append("## Cold, ms\n\n");
    text.append(
        "| protocol | wakes | server's own start, median | cold without it, median | p99 |");
    text.append(" awake by Envoy, median |\n|---|---|---|---|---|---|\n");
    for (Samples one : all) {
      text.append(
          row(
              "| %s | %d | %.0f | %.0f | %.0f | %.1f |",
              one.subject().title(),
              one.colds().samples().size(),
              one.starts().quantile(MEDIAN),
              one.colds().quantile(MEDIAN),
              one.colds().quantile(TAIL),
              one.first(Way.ENVOY).quantile(MEDIAN)));
    }
    text.append("\n## Awake: a new connection and its first exchange, ms\n\n");
    latencies(text, all, Samples::first);
    text.append("\n## Awake: an exchange on an open connection, ms\n\n");
    latencies(text, all, Samples::next);
    text.append("\n## Awake: exchanges per second of %d clients, median\n\n".formatted(clients));
    text.append("| protocol | directly | by Envoy | share |\n|---|---|---|---|\n");
    for (Samples one : all) {
      double direct = one.perSecond(Way.DIRECT).quantile(MEDIAN);
      double envoy = one.perSecond(Way.ENVOY).quantile(MEDIAN);
      text.append(
          row(
              "| %s | %.0f | %.0f | %.0f %% |",
              one.subject().title(), direct, envoy, 100 * envoy / direct));
    }
    return text.toString();
  }

  /** One of the figures that there is for each way. */
  @FunctionalInterface
  private interface Latency {
    Figures of(Samples samples, Way way);
  }

  private static void latencies(StringBuilder text, List<Samples> all, Latency latency) {
    text.append("| protocol | directly, median | p99 | by Envoy, median | p99 |\n");
    text.append("|---|---|---|---|---|\n");
    for (Samples one : all) {
      Figures direct = latency.of(one, Way.DIRECT);
      Figures envoy = latency.of(one, Way.ENVOY);
      text.append(
          row(
              "| %s | %.2f | %.2f | %.2f | %.2f |",
              one.subject().title(),
              direct.quantile(MEDIAN),
              direct.quantile(TAIL),
              envoy.quantile(MEDIAN),
              envoy.quantile(TAIL)));
    }
  }

  @FormatMethod
  private static String row(@FormatString String format, Object... values) {
    return String.format(Locale.ROOT, format, values) + "\n";
  }
}
