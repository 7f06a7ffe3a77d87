package io.zenvoy.it.faults;

import java.util.Locale;

/** How much of a fault a run has: little in every build, all of it with {@code -Pfaults}. */
public enum FaultSize {
  QUICK,
  FULL;

  /** The size of this run, from the system property {@code zenvoy.faults}. */
  public static FaultSize current() {
    return "full".equals(System.getProperty("zenvoy.faults")) ? FULL : QUICK;
  }

  /** Its name in the table. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** One of two numbers, whichever is this run's. */
  public static int of(int quick, int full) {
    return current() == FULL ? full : quick;
  }
}
