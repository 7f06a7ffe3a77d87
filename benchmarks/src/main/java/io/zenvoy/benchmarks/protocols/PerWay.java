package io.zenvoy.benchmarks.protocols;

/** One thing for each way. */
record PerWay<T>(T direct, T envoy) {
  T of(Way way) {
    return switch (way) {
      case DIRECT -> direct;
      case ENVOY -> envoy;
    };
  }
}
