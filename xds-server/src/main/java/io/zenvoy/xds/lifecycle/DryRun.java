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
  private final LongSupplier clock;
  private boolean asleep;
  private long uses;
  private long savedUntilNanos;

  DryRun(LifecycleObserver observer, Supplier<ManagedWorkload> workload, LongSupplier clock) {
    this.observer = observer;
    this.workload = workload;
    this.clock = clock;
  }

  /** It would go to sleep now. */
  void sleep(long usesNow) {
    if (!asleep) {
      asleep = true;
      uses = usesNow;
      savedUntilNanos = clock.getAsLong();
      observer.sleepEnded(workload.get(), LifecycleObserver.SleepOutcome.DRY_RUN);
    }
  }

  /** Looks whether it would still be asleep, and counts what that saves. */
  void proceed(long usesNow, int replicas) {
    if (!asleep) {
      return;
    }
    long now = clock.getAsLong();
    observer.saved(workload.get(), Duration.ofNanos(now - savedUntilNanos).multipliedBy(replicas));
    savedUntilNanos = now;
    if (usesNow != uses || replicas == 0) {
      asleep = false;
      observer.wakeEnded(workload.get(), LifecycleObserver.WakeOutcome.DRY_RUN, Duration.ZERO, "");
    }
  }
}
