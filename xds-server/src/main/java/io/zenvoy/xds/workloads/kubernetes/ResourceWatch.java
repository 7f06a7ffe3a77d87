package io.zenvoy.xds.workloads.kubernetes;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An informer that never gives up: it lists and watches again, with back-off, whatever ends it.
 * Listeners are called on fabric8's threads, those of one watch one after the other.
 */
final class ResourceWatch<T extends HasMetadata> implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ResourceWatch.class);

  /** Objects a request: bounds the memory that a list of a large cluster needs. */
  private static final long PAGE = 500;

  /** How long an informer rests that stopped although it was told not to. */
  private static final long REST_SECONDS = 1;

  private final Informable<T> resources;
  private final SlimStore<T> store;
  private final Listener<T> listener;

  @GuardedBy("this")
  private @Nullable SharedIndexInformer<T> informer;

  @GuardedBy("this")
  private boolean closed;

  /** Hears what a watch sees. */
  interface Listener<T> {
    /** An object as it is now, whole. */
    void observed(T object);

    /**
     * An object that was told before changed.
     *
     * @param before slim, as in {@link #gone}
     */
    default void changed(T before, T object) {
      observed(object);
    }

    /** An object vanished; of it only namespace, name and the service's label are known. */
    void gone(T object);

    /** All objects that exist were told; again after every new list. */
    void listed();

    /**
     * A list or watch was refused; it is tried again.
     *
     * @param status HTTP status
     */
    default void refused(int status) {}
  }

  ResourceWatch(Informable<T> resources, Supplier<T> empty, Listener<T> listener) {
    this.resources = resources.withLimit(PAGE);
    this.store = new SlimStore<>(empty);
    this.listener = listener;
  }

  /** Begins to list and watch; what the store holds was told before. */
  synchronized void start() {
    if (closed) {
      return;
    }
    SharedIndexInformer<T> next =
        resources
            .runnableInformer(0)
            .itemStore(store)
            .removeNamespaceIndex()
            .exceptionHandler((began, failure) -> retry(failure))
            .addEventHandler(handler(listener));
    informer = next;
    next.stopped().whenComplete((nothing, failure) -> stopped(failure));
    next.start();
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (informer != null) {
      informer.stop();
    }
  }

  private boolean retry(Throwable failure) {
    LOG.atDebug().setCause(failure).log("list or watch failed");
    if (failure instanceof KubernetesClientException refusal && refusal.getCode() > 0) {
      listener.refused(refusal.getCode());
    }
    return true;
  }

  private synchronized void stopped(@Nullable Throwable failure) {
    if (!closed) {
      LOG.atError().setCause(failure).log("an informer stopped by itself and is started again");
      CompletableFuture.delayedExecutor(REST_SECONDS, TimeUnit.SECONDS).execute(this::start);
    }
  }

  private static <T> ResourceEventHandler<T> handler(Listener<T> listener) {
    return new ResourceEventHandler<>() {
      @Override
      public void onAdd(T object) {
        listener.observed(object);
      }

      @Override
      public void onUpdate(T before, T object) {
        listener.changed(before, object);
      }

      @Override
      public void onDelete(T object, boolean finalStateUnknown) {
        listener.gone(object);
      }

      @Override
      public void onList(String resourceVersion, boolean remainedEmpty) {
        listener.listed();
      }
    };
  }
}
