package io.zenvoy.xds.workloads;

import java.util.function.Consumer;

/** Scales workloads. */
@FunctionalInterface
public interface Scaler {
  /**
   * Carries a request out without blocking the caller. {@code outcome} is called exactly once, on
   * any thread, within a bounded time (a few seconds).
   */
  void scale(ScaleRequest request, Consumer<ScaleOutcome> outcome);
}
