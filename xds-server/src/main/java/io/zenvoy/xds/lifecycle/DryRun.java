package io.zenvoy.xds.lifecycle;

import io.zenvoy.xds.model.WorkloadKey;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * What a workload that is awake and only watched would do: it would sleep after a quiet window, and
 * wake with the next activity. Nothing is published or written.
 *
 * <p>Owned by the life cycle's thread.
 */
final class DryRun {
  private final WorkloadKey key;
  private final LifecycleObserver observer;
  private final Replicas replicas;
  private final Activity activity;
  private final WorkloadClusters clusters;
  private final Neighbours neighbours;
  private final LongSupplier clock;
  private boolean asleep;
  private long uses;
  private long savedUntilNanos;

  DryRun(
      WorkloadKey key,
      LifecycleObserver observer,
      Replicas replicas,
      Activity activity,
      WorkloadClusters clusters,
      Neighbours neighbours,
      LongSupplier clock) {
    this.key = key;
    this.observer = observer;
    this.replicas = replicas;
    this.activity = activity;
    this.clusters = clusters;
    this.neighbours = neighbours;
    this.clock = clock;
  }

  /** It would go to sleep now. */
  void sleep() {
    if (!asleep) {
      asleep = true;
      uses = activity.uses();
      savedUntilNanos = clock.getAsLong();
      observer.sleepEnded(clusters.of(key), LifecycleObserver.SleepOutcome.DRY_RUN);
    }
  }

  /** Looks whether it would still be asleep, and counts what that saves. */
  void proceed() {
    if (!clusters.isDryRun()) {
      forget();
    }
    if (!asleep) {
      return;
    }
    long now = clock.getAsLong();
    Duration passed = Duration.ofNanos(now - savedUntilNanos);
    observer.saved(clusters.of(key), passed.multipliedBy(replicas.count()));
    savedUntilNanos = now;
    if (activity.uses() != uses || neighbours.want(key)) {
      asleep = false;
      observer.wakeEnded(
          clusters.of(key), LifecycleObserver.WakeOutcome.DRY_RUN, Duration.ZERO, "");
    }
  }

  /** It has slept in earnest since, or is not only watched any more: what was is of no meaning. */
  void forget() {
    asleep = false;
  }
}
