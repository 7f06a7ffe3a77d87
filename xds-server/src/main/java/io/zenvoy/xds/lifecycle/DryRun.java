package io.zenvoy.xds.lifecycle;

import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What a workload that is only watched would do: it would sleep after a quiet window, and wake with
 * the next activity. Nothing is published or written.
 *
 * <p>Owned by the life cycle's thread.
 */
final class DryRun {
  private final LifecycleObserver observer;
  private final Supplier<ManagedWorkload> workload;
  private final Replicas replicas;
  private final Activity activity;
  private final WorkloadClusters clusters;
  private final Wanted wanted;
  private final LongSupplier clock;
  private boolean asleep;
  private long uses;
  private int sparedReplicas;
  private long savedUntilNanos;

  DryRun(
      LifecycleObserver observer,
      Supplier<ManagedWorkload> workload,
      Replicas replicas,
      Activity activity,
      WorkloadClusters clusters,
      Wanted wanted,
      LongSupplier clock) {
    this.observer = observer;
    this.workload = workload;
    this.replicas = replicas;
    this.activity = activity;
    this.clusters = clusters;
    this.wanted = wanted;
    this.clock = clock;
  }

  boolean isAsleep() {
    return asleep;
  }

  /** It would go to sleep now. */
  void sleep() {
    if (!asleep) {
      asleep = true;
      uses = activity.uses();
      sparedReplicas = replicas.count();
      savedUntilNanos = clock.getAsLong();
      observer.sleepEnded(workload.get(), LifecycleObserver.SleepOutcome.DRY_RUN);
    }
  }

  /** Looks whether it would still be asleep; to be called whenever that may have changed. */
  void look() {
    if (!asleep) {
      return;
    }
    if (!clusters.isDryRun() || replicas.count() == 0) {
      end();
    } else if (activity.uses() != uses || wanted.isWanted()) {
      end();
      observer.wakeEnded(workload.get(), LifecycleObserver.WakeOutcome.DRY_RUN, Duration.ZERO, "");
    } else if (replicas.count() != sparedReplicas) {
      count();
      sparedReplicas = replicas.count();
    }
  }

  /** Tells what was saved since the last time. */
  void count() {
    if (asleep) {
      long now = clock.getAsLong();
      Duration saved = Duration.ofNanos(now - savedUntilNanos);
      observer.saved(workload.get(), saved.multipliedBy(sparedReplicas));
      savedUntilNanos = now;
    }
  }

  private void end() {
    count();
    asleep = false;
  }
}
