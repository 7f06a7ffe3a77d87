package io.zenvoy.xds.workloads.kubernetes;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
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
  private final Supplier<T> empty;
  private final Listener<T> listener;

  /** What the listener was told and not told to be gone, slim. */
  @GuardedBy("this")
  private final Map<String, T> told = new HashMap<>();

  @GuardedBy("this")
  private @Nullable Watcher watcher;

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

    /** An object vanished; of it only namespace, name and the service's label are given. */
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
    this.empty = empty;
    this.listener = listener;
  }

  /**
   * Begins to list and watch. What was told before stays true until the list is complete; then what
   * is not in it is told to be gone.
   */
  synchronized void start() {
    if (closed) {
      return;
    }
    Watcher next = new Watcher(Set.copyOf(told.keySet()));
    watcher = next;
    next.start();
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (watcher != null) {
      watcher.informer.stop();
    }
  }

  /** Whether the informer shall go on; one whose handler throws hangs without ever stopping. */
  private boolean retry(Throwable failure) {
    LOG.atDebug().setCause(failure).log("list or watch failed");
    try {
      for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
        if (cause instanceof KubernetesClientException refusal && refusal.getCode() > 0) {
          listener.refused(refusal.getCode());
          break;
        }
      }
      return true;
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).log("a refusal could not be handled");
      return false;
    }
  }

  private synchronized void stopped(@Nullable Throwable failure) {
    if (!closed) {
      LOG.atError().setCause(failure).log("an informer stopped by itself, another one is started");
      CompletableFuture.delayedExecutor(REST_SECONDS, TimeUnit.SECONDS).execute(this::start);
    }
  }

  /**
   * One informer with a memory of its own: it can't be started again, and one with another's memory
   * would tell the slim objects in it as if they were whole. What an earlier one still tells is
   * ignored.
   */
  private final class Watcher implements ResourceEventHandler<T> {
    private final SlimStore<T> store = new SlimStore<>(empty);
    private final SharedIndexInformer<T> informer =
        resources
            .runnableInformer(0)
            .itemStore(store)
            .removeNamespaceIndex()
            .exceptionHandler((began, failure) -> retry(failure))
            .addEventHandler(this);

    /** What was told earlier and this one has not seen. */
    @GuardedBy("ResourceWatch.this")
    private final Set<String> unseen;

    Watcher(Set<String> toldEarlier) {
      this.unseen = new HashSet<>(toldEarlier);
    }

    void start() {
      informer.stopped().whenComplete((nothing, failure) -> stopped(failure));
      informer.start();
    }

    @Override
    public void onAdd(T object) {
      observed(object);
    }

    @Override
    public void onUpdate(T before, T object) {
      observed(object);
    }

    @Override
    public void onDelete(T object, boolean finalStateUnknown) {
      synchronized (ResourceWatch.this) {
        if (watcher == this) {
          unseen.remove(store.getKey(object));
          gone(store.getKey(object));
        }
      }
    }

    @Override
    public void onList(String resourceVersion, boolean remainedEmpty) {
      synchronized (ResourceWatch.this) {
        if (watcher == this) {
          unseen.forEach(this::gone);
          unseen.clear();
          listener.listed();
        }
      }
    }

    private void observed(T object) {
      synchronized (ResourceWatch.this) {
        if (watcher == this) {
          unseen.remove(store.getKey(object));
          T before = told.put(store.getKey(object), store.slim(object));
          if (before == null) {
            listener.observed(object);
          } else {
            listener.changed(before, object);
          }
        }
      }
    }

    @GuardedBy("ResourceWatch.this")
    private void gone(String key) {
      T before = told.remove(key);
      if (before != null) {
        listener.gone(before);
      }
    }
  }
}
