package io.zenvoy.xds.lifecycle;

import io.zenvoy.xds.model.Phase;
import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.model.WorkloadKey;
import java.time.Duration;
import java.util.Set;

/** What the life cycle tells about its decisions. Called on its thread; must not block. */
public interface LifecycleObserver {
  /** How a wake ended. */
  enum WakeOutcome {
    READY,
    TIMEOUT,
    FAILED
  }

  /** How an attempt to put a workload to sleep ended. */
  enum SleepOutcome {
    ASLEEP,
    /** New activity came while it was draining. */
    CANCELLED,
    /** Not every node could prove in time that nothing is under way. */
    UNPROVEN,
    /** Somebody else changed the workload, or the write failed. */
    NOT_SCALED
  }

  /**
   * A workload is in a phase.
   *
   * @param services the names of the services on it, as users see them in Envoy's statistics
   */
  void phase(WorkloadKey workload, Set<String> services, Phase phase);

  /** The last service of a workload was removed. */
  void forgotten(WorkloadKey workload);

  /**
   * A wake that something waited for ended.
   *
   * @param duration from the first report of something waiting
   * @param reason why it failed; empty if it did not
   */
  void wakeEnded(
      WorkloadKey workload,
      Set<String> services,
      WakeOutcome outcome,
      Duration duration,
      String reason);

  void sleepEnded(WorkloadKey workload, Set<String> services, SleepOutcome outcome);

  /**
   * There is no slot for a service's port, so it is not served: {@code PROXY_ADDR} is too small.
   */
  void noSlot(ServiceKey service);

  /** A host that two services claim stays with the older one. */
  void hostConflict(ServiceKey loser, String host, ServiceKey owner);
}
