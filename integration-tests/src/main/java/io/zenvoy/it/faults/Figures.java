package io.zenvoy.it.faults;

/**
 * What a run of a fault has shown.
 *
 * @param extraWaitP50 milliseconds beyond what the same request takes when nothing is wrong; the
 *     median
 * @param extraWaitP99 the same of the slowest hundredth
 * @param notes what else was seen, in a few words
 * @param verdict whether everything held that must
 * @param run which size, and when
 */
record Figures(
    String sent,
    String right,
    String lost,
    String hung,
    String misrouted,
    String corrupted,
    String extraWaitP50,
    String extraWaitP99,
    String notes,
    String verdict,
    String run) {
  /** Whether they are of a run at the full size. */
  boolean areFull() {
    return run.startsWith(FaultSize.FULL.label() + " ");
  }
}
