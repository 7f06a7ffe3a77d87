package io.zenvoy.xds.workloads;

import io.zenvoy.xds.model.Endpoints;
import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.model.ServiceSpec;
import io.zenvoy.xds.model.WorkloadKey;
import java.util.Map;

/**
 * What changed where the workloads run. Each event tells a whole state, not a difference, so that a
 * repeated one changes nothing. Events of one thing arrive in the order in which it changed; those
 * of different things in any order.
 */
public sealed interface WorkloadEvent {
  /** A service opted in or changed. */
  record ServiceChanged(ServiceSpec service) implements WorkloadEvent {}

  /** A service was deleted or opted out. */
  record ServiceRemoved(ServiceKey service) implements WorkloadEvent {}

  /**
   * The endpoints of a service.
   *
   * @param byPort by the Service port's name; a port that is absent has none
   */
  record EndpointsChanged(ServiceKey service, Map<String, Endpoints> byPort)
      implements WorkloadEvent {
    public EndpointsChanged {
      byPort = Map.copyOf(byPort);
    }
  }

  /**
   * A workload as it was observed.
   *
   * @param replicas what its specification asks for, 0 or more
   * @param version opaque; a {@link ScaleRequest} that carries it fails once the workload has
   *     changed
   * @param standing how far its pods have come, in one line for who wonders why it is not ready,
   *     and where to look; empty if there is nothing to say
   */
  record WorkloadObserved(WorkloadKey workload, int replicas, String version, String standing)
      implements WorkloadEvent {
    /** One of which there is nothing to say. */
    public WorkloadObserved(WorkloadKey workload, int replicas, String version) {
      this(workload, replicas, version, "");
    }
  }

  /** A workload does not exist (any more). */
  record WorkloadMissing(WorkloadKey workload) implements WorkloadEvent {}

  /**
   * A workload can't become ready without somebody's help, for example a process that exited or a
   * quota that forbids its pods.
   *
   * @param reason one line for people
   */
  record WorkloadFailed(WorkloadKey workload, String reason) implements WorkloadEvent {}

  /** What a {@link WorkloadFailed} told is over. */
  record WorkloadRecovered(WorkloadKey workload) implements WorkloadEvent {}

  /**
   * Everything that existed at the start has been told; nothing may be served before. Sent once.
   */
  record Synced() implements WorkloadEvent {}
}
