package io.zenvoy.xds.serve;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Every resource by kind of node, type and name. Thread-safe; readers are never blocked.
 *
 * <p>Invariant: a listener that has been told a revision reads resources that are at least as new.
 */
final class ResourceCache {
  private final Object lock = new Object();

  @GuardedBy("lock")
  private long revision;

  @GuardedBy("lock")
  private final Set<Listener> listeners = new LinkedHashSet<>();

  /** Written under the lock, read without. */
  private final Map<NodeKind, Map<ResourceType, Map<String, CachedResource>>> resources =
      new EnumMap<>(NodeKind.class);

  ResourceCache() {
    for (NodeKind kind : NodeKind.values()) {
      Map<ResourceType, Map<String, CachedResource>> byType = new EnumMap<>(ResourceType.class);
      for (ResourceType type : ResourceType.values()) {
        byType.put(type, new ConcurrentHashMap<>());
      }
      resources.put(kind, byType);
    }
  }

  /** Wants to know what changes for one kind of node. */
  interface Listener {
    NodeKind kind();

    /**
     * Called under the cache's lock, for every change of the cache in order: must only enqueue.
     *
     * @param names what changed for this kind of node; may be nothing
     */
    void changed(long revision, Map<ResourceType, Set<String>> names);
  }

  /**
   * Changes resources; what has the same content as before keeps its version.
   *
   * @return the revision after the change
   */
  long apply(List<ResourceChange> changes) {
    List<Prepared> prepared = new ArrayList<>(changes.size());
    for (ResourceChange change : changes) {
      prepared.add(prepare(change)); // serialising needs no lock
    }
    synchronized (lock) {
      revision++;
      Map<NodeKind, Map<ResourceType, Set<String>>> changed = new EnumMap<>(NodeKind.class);
      for (Prepared change : prepared) {
        Set<String> names = put(change);
        if (!names.isEmpty()) {
          changed
              .computeIfAbsent(change.audience(), kind -> new EnumMap<>(ResourceType.class))
              .computeIfAbsent(change.type(), type -> new HashSet<>())
              .addAll(names);
        }
      }
      for (Listener listener : listeners) {
        listener.changed(revision, changed.getOrDefault(listener.kind(), Map.of()));
      }
      return revision;
    }
  }

  /**
   * Adds a listener, which is told what changes from now on.
   *
   * @return the revision until now
   */
  long add(Listener listener) {
    synchronized (lock) {
      listeners.add(listener);
      return revision;
    }
  }

  void remove(Listener listener) {
    synchronized (lock) {
      listeners.remove(listener);
    }
  }

  @Nullable CachedResource find(NodeKind kind, ResourceType type, String name) {
    return of(kind, type).get(name);
  }

  /** A live view of the names. */
  Set<String> names(NodeKind kind, ResourceType type) {
    return of(kind, type).keySet();
  }

  private Map<String, CachedResource> of(NodeKind kind, ResourceType type) {
    return resources.getOrDefault(kind, Map.of()).getOrDefault(type, Map.of());
  }

  private record Prepared(
      NodeKind audience, ResourceType type, List<CachedResource> upserts, Set<String> removals) {}

  private static Prepared prepare(ResourceChange change) {
    List<CachedResource> upserts = new ArrayList<>(change.upserts().size());
    for (Map.Entry<String, Message> upsert : change.upserts().entrySet()) {
      upserts.add(CachedResource.of(change.type(), upsert.getKey(), upsert.getValue(), 0));
    }
    return new Prepared(change.audience(), change.type(), upserts, change.removals());
  }

  /** Returns the names of what has other content now. */
  @GuardedBy("lock")
  private Set<String> put(Prepared change) {
    Map<String, CachedResource> byName = of(change.audience(), change.type());
    Set<String> changed = new HashSet<>();
    for (String name : change.removals()) {
      if (byName.remove(name) != null) {
        changed.add(name);
      }
    }
    for (CachedResource upsert : change.upserts()) {
      CachedResource before = byName.put(upsert.name(), upsert.at(revision));
      if (before == null || !before.hasSameContent(upsert)) {
        changed.add(upsert.name());
      }
    }
    return changed;
  }
}
