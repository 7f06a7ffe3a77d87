package io.zenvoy.xds.serve;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one ADS stream of an admitted node wants, has and accepted: the state machine of both
 * variants, without any I/O. One owner at a time, except for {@link #revisionInUse}.
 *
 * @param <Q> requests
 * @param <R> responses
 */
final class AdsSession<Q, R> {
  private static final Logger log = LoggerFactory.getLogger(AdsSession.class);

  private final NodeKey node;
  private final AdsVariant<Q, R> variant;
  private final ResourceCache cache;
  private final ResponseVersions versions;
  private final NodeEvents events;
  private final EdgeMeters meters;
  private final Map<ResourceType, Subscription> subscriptions = new EnumMap<>(ResourceType.class);
  private final Map<ResourceType, Long> told = new EnumMap<>(ResourceType.class);
  private final Map<String, Delivery> endpoints = new ConcurrentHashMap<>();
  private final Set<String> unknownTypes = new HashSet<>();
  private long revision;

  /**
   * @param revision the cache's when the session began to hear of its changes
   */
  AdsSession(
      NodeKey node,
      AdsVariant<Q, R> variant,
      ResourceCache cache,
      long revision,
      ResponseVersions versions,
      NodeEvents events,
      EdgeMeters meters) {
    this.node = node;
    this.variant = variant;
    this.cache = cache;
    this.revision = revision;
    this.versions = versions;
    this.events = events;
    this.meters = meters;
  }

  /** Where responses go. */
  interface Outlet<R> {
    /** Whether the client keeps up with what it was sent. */
    boolean isReady();

    void send(R response);
  }

  NodeKey node() {
    return node;
  }

  /** Takes a request in; {@link #pump} sends what is due after it. */
  void receive(Q request) {
    Optional<ResourceType> known = ResourceType.of(variant.typeUrl(request));
    if (known.isEmpty()) {
      ignore(variant.typeUrl(request));
      return;
    }
    ResourceType type = known.get();
    Subscription subscription = subscriptions.get(type);
    AdsVariant.Turn turn = AdsVariant.Turn.LATER;
    if (subscription == null) {
      turn = AdsVariant.Turn.FIRST;
      Map<String, Delivery> delivered =
          type == ResourceType.ENDPOINTS ? endpoints : new HashMap<>();
      subscription = new Subscription(node.kind(), type, variant.answers(type), delivered);
      subscriptions.put(type, subscription);
    }
    switch (variant.receive(request, subscription, turn)) {
      case AdsVariant.Verdict.Accepted() -> meters.acknowledged(node.kind(), type);
      case AdsVariant.Verdict.Rejected(String reason) -> rejected(type, reason);
      case AdsVariant.Verdict.None() -> {}
    }
  }

  /** Takes in what has changed in the cache. */
  void changed(long newRevision, Map<ResourceType, Set<String>> names) {
    revision = newRevision;
    names.forEach(
        (type, changed) -> {
          Subscription subscription = subscriptions.get(type);
          if (subscription != null) {
            subscription.changed(changed);
          }
        });
  }

  /** Sends what is due, in the order of the types, and tells what was accepted. */
  void pump(Outlet<R> outlet) {
    for (Subscription subscription : subscriptions.values()) {
      if (outlet.isReady()) {
        subscription
            .next(cache, Math.min(revision, settledAbove(subscription)), versions)
            .ifPresent(
                update -> {
                  if (subscription.type() == ResourceType.CLUSTER) {
                    demandEndpoints(update.changed());
                  }
                  outlet.send(variant.response(subscription.type(), update));
                  meters.pushed(node.kind(), subscription.type(), update.resources().size());
                });
      }
      tellAccepted(subscription);
    }
  }

  /**
   * The revision of a cluster's endpoints that the node uses, by its gauge. Thread-safe.
   *
   * @param gauge as reported
   */
  OptionalLong revisionInUse(String cluster, double gauge) {
    Delivery delivery = endpoints.get(cluster);
    return delivery == null
        ? OptionalLong.empty()
        : delivery.revisionInUse(gauge, cache.find(node.kind(), ResourceType.ENDPOINTS, cluster));
  }

  /**
   * Envoy makes a changed cluster anew, which then waits for endpoints, although it does not ask
   * for them again where it knows them (the protocol's "resource warming"). Endpoints have the name
   * of their cluster.
   */
  private void demandEndpoints(Set<String> clusters) {
    Subscription subscription = subscriptions.get(ResourceType.ENDPOINTS);
    if (subscription != null) {
      clusters.forEach(subscription::demand);
    }
  }

  private void tellAccepted(Subscription subscription) {
    long accepted = subscription.accepted();
    if (accepted > told.getOrDefault(subscription.type(), 0L)) {
      told.put(subscription.type(), accepted);
      events.acknowledged(node, subscription.type(), accepted);
    }
  }

  /**
   * A client that has yet to take clusters in will ask for their endpoints, and in the same way for
   * the routes and secrets of listeners: until then it can't have accepted those, although it has
   * not asked.
   */
  private long settledAbove(Subscription subscription) {
    if (subscription.isWildcard()) {
      return Long.MAX_VALUE; // it has asked for everything already
    }
    Subscription above =
        switch (subscription.type()) {
          case ENDPOINTS -> subscriptions.get(ResourceType.CLUSTER);
          case SECRET, ROUTES -> subscriptions.get(ResourceType.LISTENER);
          case CLUSTER, LISTENER -> null;
        };
    return above == null ? Long.MAX_VALUE : above.settled();
  }

  private void rejected(ResourceType type, String reason) {
    meters.rejected(node.kind(), type);
    log.atWarn()
        .addKeyValue("node", node)
        .addKeyValue("type", type.label())
        .addKeyValue("reason", reason)
        .log("configuration rejected");
    events.rejected(node, type, reason);
  }

  private void ignore(String typeUrl) {
    meters.unknownType();
    if (unknownTypes.size() < 16 && unknownTypes.add(typeUrl)) {
      log.atInfo()
          .addKeyValue("node", node)
          .addKeyValue("type", typeUrl)
          .log("unknown resource type ignored");
    }
  }
}
