package io.zenvoy.xds.workloads.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.zenvoy.xds.model.WorkloadKey;
import java.util.function.Function;

/** Hands what a watch sees of one kind of workload over to the event loop. */
final class WorkloadListener<T extends HasMetadata> implements ResourceWatch.Listener<T> {
  private final EventLoop loop;
  private final Inventory inventory;
  private final WorkloadKey.Kind kind;
  private final Function<T, ObservedWorkload> observe;
  private final Runnable whenListed;

  /**
   * @param observe takes from an object what zenvoy reads of it
   * @param whenListed run on the event loop once the workloads were told that exist
   */
  WorkloadListener(
      EventLoop loop,
      Inventory inventory,
      WorkloadKey.Kind kind,
      Function<T, ObservedWorkload> observe,
      Runnable whenListed) {
    this.loop = loop;
    this.inventory = inventory;
    this.kind = kind;
    this.observe = observe;
    this.whenListed = whenListed;
  }

  @Override
  public void observed(T workload) {
    ObservedWorkload observed = observe.apply(workload);
    loop.execute(() -> inventory.workloadObserved(observed));
  }

  @Override
  public void gone(T workload) {
    WorkloadKey key = Observations.workloadKey(kind, workload);
    loop.execute(() -> inventory.workloadGone(key));
  }

  @Override
  public void listed() {
    loop.execute(whenListed);
  }
}
