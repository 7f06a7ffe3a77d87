package io.zenvoy.xds.lifecycle;

import io.zenvoy.xds.model.Phase;
import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.model.WorkloadKey;
import io.zenvoy.xds.serve.NodeKey;
import java.time.Duration;
import java.util.Set;

/** What the life cycle tells about its decisions. Called on its thread; must not block. */
public interface LifecycleObserver {
  /** How a wake ended. */
  enum WakeOutcome {
    READY,
    TIMEOUT,
    FAILED,
    /** It would have been woken, but is only watched. */
    DRY_RUN
  }

  /** How an attempt to put a workload to sleep ended. */
  enum SleepOutcome {
    ASLEEP,
    /** New activity came while it was draining. */
    CANCELLED,
    /** Not every node could prove in time that nothing is under way. */
    UNPROVEN,
    /** Somebody else changed the workload, or the write failed. */
    NOT_SCALED,
    /** It would have been put to sleep, but is only watched. */
    DRY_RUN
  }

  /** A workload is in a phase. */
  void phase(ManagedWorkload workload, Phase phase);

  /** The last service of a workload was removed. */
  void forgotten(WorkloadKey workload);

  /**
   * A wake that something waited for ended.
   *
   * @param duration from the first report of something waiting
   * @param reason why it failed; empty if it did not
   */
  void wakeEnded(ManagedWorkload workload, WakeOutcome outcome, Duration duration, String reason);

  void sleepEnded(ManagedWorkload workload, SleepOutcome outcome);

  /** A workload that is only watched would have spared this much of one replica's time. */
  void saved(ManagedWorkload workload, Duration replicaTime);

  /**
   * There is no slot for a service's port, so it is not served: {@code PROXY_ADDR} is too small.
   */
  void noSlot(ServiceKey service);

  /**
   * Which nodes share their id with another one has changed; while any does, nothing sleeps.
   *
   * @param services all that are managed
   */
  void doubledNodes(Set<NodeKey> nodes, Set<ServiceKey> services);

  /** A service wakes with another one that is not managed, or not there; told once until it is. */
  void unknownCompanion(ServiceKey service, ServiceKey unknown);

  /** A host that two services claim stays with the older one. */
  void hostConflict(ServiceKey loser, String host, ServiceKey owner);

  /** A listener port that two services claim stays with the older one. */
  void portConflict(ServiceKey loser, int port, ServiceKey owner);

  /** An Envoy can't listen on a service's port and keeps what it had, if it had any. */
  void listenerRefused(ServiceKey service, int port, NodeKey envoy, String reason);

  /** So many listener ports are claimed in vain now. */
  void portConflicts(int count);
}
