package io.zenvoy.xds.lifecycle;

import io.zenvoy.xds.model.Phase;
import io.zenvoy.xds.model.Verdict;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Where a workload stands, with what belongs to that phase alone. Times are monotonic nanoseconds.
 */
sealed interface State {
  Phase phase();

  /**
   * Nothing runs, or nothing that became ready in time.
   *
   * @param verdict why the latest wake failed, if it did
   */
  record Asleep(Optional<Verdict> verdict, long sinceNanos) implements State {
    @Override
    public Phase phase() {
      return Phase.ASLEEP;
    }
  }

  /**
   * Scaled up by whomever, and not ready yet.
   *
   * @param awaitedSince since when somebody waits; empty while nobody does
   */
  record Waking(OptionalLong awaitedSince) implements State {
    @Override
    public Phase phase() {
      return Phase.WAKING;
    }
  }

  /**
   * Ready.
   *
   * @param slotBehind whether the slot stands behind the pods; not yet in the first moments, see
   *     {@link io.zenvoy.xds.model.Assignment.EnvoySide.PodsOnly}
   */
  record Awake(long sinceNanos, boolean slotBehind) implements State {
    @Override
    public Phase phase() {
      return Phase.AWAKE;
    }
  }

  /**
   * Draining, in three steps.
   *
   * @param uses how often the workload had been seen in use when it began
   */
  record Draining(long sinceNanos, long uses, Step step, Proof proof) implements State {
    enum Step {
      /** Envoys were given the slot, daemons still relay to the pods. */
      SWITCH,
      /** The endpoints were taken from the daemons as well. */
      WITHDRAW,
      /** The workload is being scaled to zero. */
      SCALE
    }

    /** The same attempt, one step further. */
    Draining then(Step next, Proof nextProof) {
      return new Draining(sinceNanos, uses, next, nextProof);
    }

    @Override
    public Phase phase() {
      return Phase.DRAINING;
    }
  }
}
