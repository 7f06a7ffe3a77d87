package io.zenvoy.xds.workloads.kubernetes;

import io.fabric8.kubernetes.api.model.Endpoints;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.zenvoy.xds.model.ServiceKey;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the endpoints of one namespace, or of all: EndpointSlices and, as long as those can't be
 * read, v1 Endpoints in their stead. Its state is owned by the event loop.
 */
final class EndpointWatches implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EndpointWatches.class);
  private static final String FALLBACK = "endpoints";

  private final KubernetesClient client;
  private final Optional<String> namespace;
  private final EventLoop loop;
  private final Inventory inventory;
  private final Runnable listed;
  private final ResourceWatch<EndpointSlice> slices;
  private final Set<ServiceKey> toldByFallback = new HashSet<>();
  private boolean slicesListed;
  private @Nullable ResourceWatch<Endpoints> fallback;

  /**
   * @param namespace empty for all
   * @param listed run on the event loop once the endpoints were told that exist, perhaps repeatedly
   */
  EndpointWatches(
      KubernetesClient client,
      Optional<String> namespace,
      EventLoop loop,
      Inventory inventory,
      Runnable listed) {
    this.client = client;
    this.namespace = namespace;
    this.loop = loop;
    this.inventory = inventory;
    this.listed = listed;
    this.slices =
        new ResourceWatch<>(
            Scope.of(client.discovery().v1().endpointSlices(), namespace),
            EndpointSlice::new,
            new SliceListener());
  }

  void start() {
    slices.start();
  }

  /** Called once the event loop has ended. */
  @Override
  public void close() {
    slices.close();
    closeFallback();
  }

  private void slicesRefused(int status) {
    if (slicesListed || fallback != null || (status != 403 && status != 404)) {
      return;
    }
    LOG.atWarn()
        .addKeyValue("namespace", namespace.orElse("*"))
        .addKeyValue("status", status)
        .log("EndpointSlices can't be read, v1 Endpoints are watched instead");
    fallback =
        new ResourceWatch<>(
            Scope.of(client.endpoints(), namespace), Endpoints::new, new FallbackListener());
    fallback.start();
  }

  private void slicesListed() {
    slicesListed = true;
    closeFallback();
    List.copyOf(toldByFallback).forEach(service -> told(service, FALLBACK, List.of()));
    listed.run();
  }

  private void closeFallback() {
    if (fallback != null) {
      fallback.close();
      fallback = null;
    }
  }

  private void told(ServiceKey service, String source, List<ObservedSlice> told) {
    if (source.equals(FALLBACK)) {
      if (told.isEmpty()) {
        toldByFallback.remove(service);
      } else if (slicesListed) {
        return;
      } else {
        toldByFallback.add(service);
      }
    }
    inventory.endpointsObserved(service, source, told);
  }

  private final class SliceListener implements ResourceWatch.Listener<EndpointSlice> {
    @Override
    public void observed(EndpointSlice slice) {
      List<ObservedSlice> observed = EndpointObservations.slice(slice);
      EndpointObservations.serviceOf(slice).ifPresent(service -> tell(service, slice, observed));
    }

    @Override
    public void changed(EndpointSlice before, EndpointSlice slice) {
      if (!EndpointObservations.serviceOf(before).equals(EndpointObservations.serviceOf(slice))) {
        gone(before);
      }
      observed(slice);
    }

    @Override
    public void gone(EndpointSlice slice) {
      EndpointObservations.serviceOf(slice).ifPresent(service -> tell(service, slice, List.of()));
    }

    @Override
    public void listed() {
      loop.execute(EndpointWatches.this::slicesListed);
    }

    @Override
    public void refused(int status) {
      loop.execute(() -> slicesRefused(status));
    }

    private void tell(ServiceKey service, EndpointSlice slice, List<ObservedSlice> observed) {
      String source = "slice/" + slice.getMetadata().getName();
      loop.execute(() -> told(service, source, observed));
    }
  }

  private final class FallbackListener implements ResourceWatch.Listener<Endpoints> {
    @Override
    public void observed(Endpoints endpoints) {
      List<ObservedSlice> observed =
          EndpointObservations.subsets(Observations.orEmpty(endpoints.getSubsets()));
      ServiceKey service = Observations.serviceKey(endpoints);
      loop.execute(() -> told(service, FALLBACK, observed));
    }

    @Override
    public void gone(Endpoints endpoints) {
      ServiceKey service = Observations.serviceKey(endpoints);
      loop.execute(() -> told(service, FALLBACK, List.of()));
    }

    @Override
    public void listed() {
      loop.execute(listed);
    }
  }
}
