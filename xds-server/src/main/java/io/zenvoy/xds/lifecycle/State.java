package io.zenvoy.xds.lifecycle;

import io.zenvoy.xds.model.Phase;
import io.zenvoy.xds.model.Verdict;
import java.util.List;
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
   * @param wokenSince since when a wake is under way that somebody asked for, who may have left
   *     since then; empty if nobody did
   * @param awaitedSince since when somebody waits without a break; empty if nobody does
   */
  record Waking(OptionalLong wokenSince, OptionalLong awaitedSince) implements State {
    /** A wake that somebody asks for. */
    static Waking of(long nowNanos) {
      return new Waking(OptionalLong.of(nowNanos), OptionalLong.of(nowNanos));
    }

    /** Scaled up by others. */
    static Waking unasked() {
      return new Waking(OptionalLong.empty(), OptionalLong.empty());
    }

    Waking awaitedFrom(long nowNanos) {
      return new Waking(wokenSince, OptionalLong.of(nowNanos));
    }

    Waking awaitedNoMore() {
      return new Waking(wokenSince, OptionalLong.empty());
    }

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
   * @param ready whether pods were ready when it began
   * @param proofs what has to hold before the next step; what held before has to go on
   */
  record Draining(long sinceNanos, long uses, Step step, boolean ready, List<Proof> proofs)
      implements State {
    enum Step {
      /** Envoys were given the slot, daemons still relay to the pods. */
      SWITCH,
      /** The endpoints were taken from the daemons as well. */
      WITHDRAW,
      /** The workload is being scaled to zero. */
      SCALE
    }

    /** The same attempt, with one proof more to wait for. */
    Draining withdraw(Proof further) {
      return new Draining(
          sinceNanos, uses, Step.WITHDRAW, ready, List.of(proofs.getFirst(), further));
    }

    /** The same attempt, proven. */
    Draining scale() {
      return new Draining(sinceNanos, uses, Step.SCALE, ready, proofs);
    }

    boolean isProven(Nodes nodes) {
      return proofs.stream().allMatch(proof -> proof.holds(nodes));
    }

    @Override
    public Phase phase() {
      return Phase.DRAINING;
    }
  }
}
