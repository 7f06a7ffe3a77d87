package io.zenvoy.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Samples of one figure.
 *
 * @param name what was measured
 * @param unit of every sample
 */
public record Figures(String name, String unit, List<Double> samples) {
  public Figures {
    samples = List.copyOf(samples);
    if (samples.isEmpty()) {
      throw new IllegalArgumentException(name + ": no samples (expected: at least one)");
    }
  }

  /**
   * The sample below which a share of all samples lies (nearest rank).
   *
   * @param share above 0, up to 1
   */
  public double quantile(double share) {
    double[] sorted = samples.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    int rank = (int) Math.ceil(share * sorted.length);
    return sorted[Math.max(0, rank - 1)];
  }

  /** A row of the result file's table. */
  String row() {
    return String.format(
        Locale.ROOT,
        "| %s | %s | %d | %.2f | %.2f | %.2f | %.2f |",
        name,
        unit,
        samples.size(),
        quantile(0),
        quantile(0.5),
        quantile(0.99),
        quantile(1));
  }
}
