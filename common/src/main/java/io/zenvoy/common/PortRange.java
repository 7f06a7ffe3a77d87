package io.zenvoy.common;

/**
 * A range of TCP ports, both ends included.
 *
 * @param min 1 to {@code max}
 * @param max {@code min} to 65535
 */
public record PortRange(int min, int max) {
  static final int MAX_PORT = 65535;

  public PortRange {
    if (min < 1 || max > MAX_PORT || min > max) {
      throw new IllegalArgumentException(
          "ports " + min + " to " + max + " (expected: 1 <= min <= max <= 65535)");
    }
  }

  public boolean contains(int port) {
    return min <= port && port <= max;
  }

  public int size() {
    return max - min + 1;
  }

  @Override
  public String toString() {
    return min + "-" + max;
  }
}
