package io.zenvoy.xds.workloads.kubernetes;

import io.fabric8.kubernetes.api.model.Service;
import io.zenvoy.xds.model.ServiceKey;
import java.util.Map;

/** Hands what a watch sees of Services over to the event loop. */
final class ServiceListener implements ResourceWatch.Listener<Service> {
  private final EventLoop loop;
  private final Inventory inventory;
  private final Map<ServiceKey, String> uids;
  private final Runnable whenListed;

  /**
   * @param uids the UIDs of Services that have annotations of zenvoy's, kept up to date here;
   *     thread-safe
   * @param whenListed run on the event loop once the Services were told that exist
   */
  ServiceListener(
      EventLoop loop, Inventory inventory, Map<ServiceKey, String> uids, Runnable whenListed) {
    this.loop = loop;
    this.inventory = inventory;
    this.uids = uids;
    this.whenListed = whenListed;
  }

  @Override
  public void observed(Service service) {
    ObservedService observed = Observations.service(service);
    if (observed.annotations().isEmpty()) {
      uids.remove(observed.key());
    } else {
      uids.put(observed.key(), observed.uid());
    }
    loop.execute(() -> inventory.serviceObserved(observed));
  }

  @Override
  public void gone(Service service) {
    ServiceKey key = Observations.serviceKey(service);
    uids.remove(key);
    loop.execute(() -> inventory.serviceGone(key));
  }

  @Override
  public void listed() {
    loop.execute(whenListed);
  }
}
