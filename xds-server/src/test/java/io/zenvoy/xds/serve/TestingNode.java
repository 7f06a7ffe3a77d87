package io.zenvoy.xds.serve;

import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * A model of an Envoy on ADS sessions, without a network: it subscribes clusters and listeners by
 * wildcard and the rest by name, holds what it accepted, and keeps what it had when it rejects.
 *
 * @param <Q> requests
 * @param <R> responses
 */
abstract class TestingNode<Q, R> implements AdsSession.Outlet<R>, ResourceCache.Listener {
  private static final NodeKey KEY = new NodeKey(NodeKind.ENVOY, "pod-1");

  /** What a client says about a response. */
  enum Opinion {
    ACCEPTED,
    REJECTED
  }

  private final ResourceCache cache = new ResourceCache();
  private final ResponseVersions versions = new ResponseVersions();
  private final EdgeMeters meters = new EdgeMeters(new SimpleMeterRegistry());
  private final AdsVariant<Q, R> variant;
  private final Map<ResourceType, Map<String, ByteString>> cached = byType(TreeMap::new);
  private final Map<ResourceType, Map<String, ByteString>> held = byType(TreeMap::new);
  private final Map<ResourceType, Set<String>> names = byType(TreeSet::new);
  private final Map<ResourceType, Queue<R>> received = byType(ArrayDeque::new);
  private final Set<ResourceType> requested = EnumSet.noneOf(ResourceType.class);
  private TestingNodeEvents events = new TestingNodeEvents();
  private AdsSession<Q, R> session;

  TestingNode(AdsVariant<Q, R> variant) {
    this.variant = variant;
    session = newSession();
  }

  /** The first request of a type on a stream. */
  abstract Q first(ResourceType type);

  /** Tells that the names have changed. */
  abstract Q resubscription(ResourceType type, Set<String> added, Set<String> removed);

  /** Takes a response in if it is accepted, and answers it. */
  abstract Q answer(ResourceType type, R response, Opinion opinion);

  abstract ResourceType typeOf(R response);

  /** What a client forgets with its stream. */
  abstract void forget();

  static boolean isWildcard(ResourceType type) {
    return switch (type) {
      case CLUSTER, LISTENER -> true;
      case ENDPOINTS, SECRET, ROUTES -> false;
    };
  }

  static <V> V of(Map<ResourceType, V> byType, ResourceType type) {
    V value = byType.get(type);
    if (value == null) {
      throw new AssertionError("every type has a value");
    }
    return value;
  }

  static <V> Map<ResourceType, V> byType(Supplier<V> values) {
    Map<ResourceType, V> byType = new EnumMap<>(ResourceType.class);
    for (ResourceType type : ResourceType.values()) {
      byType.put(type, values.get());
    }
    return byType;
  }

  /** What the client names; nothing where it wants everything. */
  Set<String> names(ResourceType type) {
    return of(names, type);
  }

  boolean isWanted(ResourceType type, String name) {
    return isWildcard(type) || names(type).contains(name);
  }

  Map<String, ByteString> held(ResourceType type) {
    return of(held, type);
  }

  /** What the client should hold in the end. */
  Map<String, ByteString> expected(ResourceType type) {
    Map<String, ByteString> expected = new TreeMap<>(of(cached, type));
    expected.keySet().removeIf(name -> !isWanted(type, name));
    if (type == ResourceType.ENDPOINTS) {
      for (String name : names(type)) {
        expected.putIfAbsent(
            name, ClusterLoadAssignment.newBuilder().setClusterName(name).build().toByteString());
      }
    }
    return expected;
  }

  long acknowledged(ResourceType type) {
    return events.acknowledged(KEY, type);
  }

  long put(ResourceType type, String name, int variantNumber) {
    of(cached, type).put(name, TestingResources.resource(type, name, variantNumber).toByteString());
    return apply(TestingResources.put(NodeKind.ENVOY, type, name, variantNumber));
  }

  void remove(ResourceType type, String name) {
    of(cached, type).remove(name);
    apply(TestingResources.remove(NodeKind.ENVOY, type, name));
  }

  private long apply(ResourceChange change) {
    long revision = cache.apply(List.of(change));
    session.pump(this);
    return revision;
  }

  void subscribe(ResourceType type, String name) {
    if (!isWildcard(type) && names(type).add(name)) {
      request(type, Set.of(name), Set.of());
    }
  }

  void unsubscribe(ResourceType type, String name) {
    if (!isWildcard(type) && names(type).remove(name)) {
      held(type).remove(name);
      request(type, Set.of(), Set.of(name));
    }
  }

  private void request(ResourceType type, Set<String> added, Set<String> removed) {
    if (requested.add(type)) {
      session.receive(first(type));
    } else {
      session.receive(resubscription(type, added, removed));
    }
    session.pump(this);
  }

  void accept(ResourceType type) {
    answer(type, Opinion.ACCEPTED);
  }

  void reject(ResourceType type) {
    answer(type, Opinion.REJECTED);
  }

  /** Accepts until nothing comes any more. */
  void acceptEverything() {
    while (received.values().stream().anyMatch(queue -> !queue.isEmpty())) {
      received.keySet().forEach(this::accept);
    }
  }

  private void answer(ResourceType type, Opinion opinion) {
    R response = of(received, type).poll();
    if (response != null) {
      session.receive(answer(type, response, opinion));
      session.pump(this);
    }
  }

  /** Loses the stream and what is on it. */
  final void reconnect() {
    cache.remove(this);
    received.values().forEach(Queue::clear);
    requested.clear();
    forget();
    events = new TestingNodeEvents();
    session = newSession();
    begin();
  }

  /** Sends the first requests of a stream. */
  final void begin() {
    for (ResourceType type : ResourceType.values()) {
      if (isWildcard(type) || !names(type).isEmpty()) {
        requested.add(type);
        session.receive(first(type));
      }
    }
    session.pump(this);
  }

  private AdsSession<Q, R> newSession() {
    return new AdsSession<>(KEY, variant, cache, cache.add(this), versions, events, meters);
  }

  @Override
  public NodeKind kind() {
    return NodeKind.ENVOY;
  }

  @Override
  public void changed(long revision, Map<ResourceType, Set<String>> changed) {
    session.changed(revision, changed);
  }

  @Override
  public boolean isReady() {
    return true;
  }

  @Override
  public void send(R response) {
    of(received, typeOf(response)).add(response);
  }
}
