package io.zenvoy.xds.workloads.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.informers.cache.ItemStore;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An informer's memory, without what zenvoy does not read: of every object only what names it and
 * its version. Handlers are given whole objects as they come in, and slim ones when they vanish.
 */
final class SlimStore<T extends HasMetadata> implements ItemStore<T> {
  private final Supplier<T> empty;
  private final Map<String, T> items = new ConcurrentHashMap<>();

  /**
   * @param empty makes an object without anything in it
   */
  SlimStore(Supplier<T> empty) {
    this.empty = empty;
  }

  @Override
  public String getKey(T object) {
    return object.getMetadata().getNamespace() + "/" + object.getMetadata().getName();
  }

  @Override
  public @Nullable T put(String key, T object) {
    return items.put(key, slim(object));
  }

  @Override
  public @Nullable T remove(String key) {
    return items.remove(key);
  }

  @Override
  public Stream<String> keySet() {
    return items.keySet().stream();
  }

  @Override
  public Stream<T> values() {
    return items.values().stream();
  }

  @Override
  public int size() {
    return items.size();
  }

  @Override
  public @Nullable T get(String key) {
    return items.get(key);
  }

  @Override
  public boolean isFullState() {
    return false;
  }

  /** Of an object, what is remembered. */
  T slim(T object) {
    ObjectMeta metadata = object.getMetadata();
    ObjectMetaBuilder slim =
        new ObjectMetaBuilder()
            .withNamespace(metadata.getNamespace())
            .withName(metadata.getName())
            .withResourceVersion(metadata.getResourceVersion());
    String service =
        Observations.orEmpty(metadata.getLabels()).get(EndpointObservations.SERVICE_LABEL);
    if (service != null) {
      slim.addToLabels(EndpointObservations.SERVICE_LABEL, service);
    }
    T result = empty.get();
    result.setMetadata(slim.build());
    return result;
  }
}
