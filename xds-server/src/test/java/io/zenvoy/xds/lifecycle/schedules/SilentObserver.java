package io.zenvoy.xds.lifecycle.schedules;

import io.zenvoy.xds.lifecycle.LifecycleObserver;
import io.zenvoy.xds.lifecycle.ManagedWorkload;
import io.zenvoy.xds.model.Phase;
import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.model.WorkloadKey;
import io.zenvoy.xds.serve.NodeKey;
import java.time.Duration;
import java.util.Set;

/** Tells nobody. */
final class SilentObserver implements LifecycleObserver {
  @Override
  public void phase(ManagedWorkload workload, Phase phase) {}

  @Override
  public void forgotten(WorkloadKey workload) {}

  @Override
  public void wakeEnded(
      ManagedWorkload workload, WakeOutcome outcome, Duration duration, String reason) {}

  @Override
  public void sleepEnded(ManagedWorkload workload, SleepOutcome outcome) {}

  @Override
  public void saved(ManagedWorkload workload, Duration replicaTime) {}

  @Override
  public void noSlot(ServiceKey service) {}

  @Override
  public void doubledNodes(Set<NodeKey> nodes, Set<ServiceKey> services) {}

  @Override
  public void unknownCompanion(ServiceKey service, ServiceKey unknown) {}

  @Override
  public void hostConflict(ServiceKey loser, String host, ServiceKey owner) {}

  @Override
  public void portConflict(ServiceKey loser, int port, ServiceKey owner) {}

  @Override
  public void listenerRefused(ServiceKey service, int port, NodeKey envoy, String reason) {}

  @Override
  public void portConflicts(int count) {}
}
