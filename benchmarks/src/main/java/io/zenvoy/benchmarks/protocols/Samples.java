package io.zenvoy.benchmarks.protocols;

import io.zenvoy.benchmarks.Figures;
import java.util.ArrayList;
import java.util.List;

/** What was measured of one protocol, in milliseconds or per second. Not thread-safe. */
final class Samples {
  private final Subject subject;
  private final List<Double> starts = new ArrayList<>();
  private final List<Double> colds = new ArrayList<>();
  private final PerWay<List<Double>> first = perWay();
  private final PerWay<List<Double>> next = perWay();
  private final PerWay<List<Double>> perSecond = perWay();

  Samples(Subject subject) {
    this.subject = subject;
  }

  private static PerWay<List<Double>> perWay() {
    return new PerWay<>(new ArrayList<>(), new ArrayList<>());
  }

  Subject subject() {
    return subject;
  }

  /** What the server needed to start; and what the client waited for beyond that. */
  void addCold(double startMillis, double restMillis) {
    starts.add(startMillis);
    colds.add(restMillis);
  }

  /** A new connection to a server that runs, and its first exchange. */
  void addFirst(Way way, double millis) {
    first.of(way).add(millis);
  }

  /** Exchanges of one client on one connection. */
  void addNext(Way way, List<Double> millis) {
    next.of(way).addAll(millis);
  }

  /** Exchanges of several clients together. */
  void addThroughput(Way way, double exchangesPerSecond) {
    perSecond.of(way).add(exchangesPerSecond);
  }

  Figures starts() {
    return new Figures("start", "ms", starts);
  }

  Figures colds() {
    return new Figures("cold", "ms", colds);
  }

  Figures first(Way way) {
    return new Figures("first", "ms", first.of(way));
  }

  Figures next(Way way) {
    return new Figures("next", "ms", next.of(way));
  }

  Figures perSecond(Way way) {
    return new Figures("throughput", "1/s", perSecond.of(way));
  }
}
