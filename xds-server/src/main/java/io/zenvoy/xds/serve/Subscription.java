package io.zenvoy.xds.serve;

import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one stream wants of one type, what it was sent, and whether it accepted that. Pure state:
 * one owner at a time, no I/O.
 *
 * <p>One response is in flight at a time; what changes meanwhile is sent together after it was
 * answered. What a client rejected is sent again along with the next real change, never before.
 */
final class Subscription {
  /** What a response holds. */
  enum Answers {
    /** Every resource that is wanted: one that is missing is gone. */
    WHOLE_SET,
    /** Those that changed; that one is gone can't be told. */
    CHANGED,
    /** Those that changed, and the names of those that are gone. */
    CHANGED_AND_REMOVED
  }

  /** A response that the client has not answered yet. */
  private record InFlight(String nonce, long revision, Set<String> names) {}

  private final NodeKind kind;
  private final ResourceType type;
  private final Answers answers;
  private final Map<String, Delivery> delivered;
  private final Set<String> names = new HashSet<>();
  private final Set<String> suspects = new LinkedHashSet<>();
  private final Set<String> demanded = new LinkedHashSet<>();
  private final Set<String> rejected = new LinkedHashSet<>();
  private boolean wildcard;
  private boolean everythingSuspect;
  private boolean answerDue = true;
  private @Nullable InFlight inFlight;
  private String lastNonce = "";
  private long accepted;

  /**
   * @param delivered by name, what was sent; written by the subscription's owner, and read by
   *     others if it is a concurrent map
   */
  Subscription(NodeKind kind, ResourceType type, Answers answers, Map<String, Delivery> delivered) {
    this.kind = kind;
    this.type = type;
    this.answers = answers;
    this.delivered = delivered;
  }

  ResourceType type() {
    return type;
  }

  boolean isNamed(String name) {
    return names.contains(name);
  }

  boolean isWildcard() {
    return wildcard;
  }

  Set<String> names() {
    return Set.copyOf(names);
  }

  /** Takes what the client has from an earlier stream, so that it is not sent again. */
  void assume(Map<String, String> versions) {
    versions.forEach((name, version) -> delivered.put(name, Delivery.claimed(version)));
    everythingSuspect = true;
  }

  /** Wants everything there is. */
  void subscribeAll() {
    wildcard = true;
    everythingSuspect = true;
  }

  /** Wants only what is named from now on. */
  void unsubscribeAll() {
    wildcard = false;
    everythingSuspect = true;
  }

  /** Wants a resource; it is sent unless the client has it already. */
  void expect(String name) {
    names.add(name);
    suspects.add(name);
  }

  /** Wants a resource; it is answered even if the client has it already. */
  void subscribe(String name) {
    names.add(name);
    demanded.add(name);
  }

  /**
   * No longer wants a resource by its name. Where everything is wanted, too, it is answered again,
   * because the client can't know whether it is part of that.
   */
  void unsubscribe(String name) {
    names.remove(name);
    if (wildcard) {
      demanded.add(name);
    } else {
      forget(name);
    }
  }

  /** Answers a named resource again even if it didn't change; ignores one that is not wanted. */
  void demand(String name) {
    if (names.contains(name)) {
      demanded.add(name);
    }
  }

  /** Answers everything that is named again. */
  void demandAll() {
    demanded.addAll(names);
  }

  /** Notes what has changed in the cache. */
  void changed(Set<String> changedNames) {
    for (String name : changedNames) {
      if (wildcard || names.contains(name) || delivered.containsKey(name)) {
        suspects.add(name);
      }
    }
  }

  boolean isInFlight() {
    return inFlight != null;
  }

  /** The nonce of the latest response; empty before the first. */
  String lastNonce() {
    return lastNonce;
  }

  /** Whether this is the nonce of the response that the client has yet to answer. */
  boolean isInFlight(String nonce) {
    return inFlight != null && inFlight.nonce().equals(nonce);
  }

  /** The client accepted what was in flight. */
  void accept() {
    if (inFlight != null) {
      accepted = Math.max(accepted, inFlight.revision());
      inFlight = null;
    }
  }

  /** The client rejected what was in flight. */
  void reject() {
    if (inFlight != null) {
      rejected.addAll(inFlight.names());
      inFlight = null;
    }
  }

  /** The newest revision up to which the client has accepted all that it wants. */
  long accepted() {
    return accepted;
  }

  /** The newest revision that does not depend on the client's next answer. */
  long settled() {
    return inFlight == null ? Long.MAX_VALUE : accepted;
  }

  /**
   * The response to send now, if there is one; it is in flight from then on.
   *
   * @param revision up to which the client has asked for all that it will want; the resources are
   *     at least as new
   * @param versions names the response if there is one
   */
  Optional<Update> next(ResourceCache cache, long revision, ResponseVersions versions) {
    if (inFlight != null) {
      return Optional.empty();
    }
    Set<String> due = due(cache);
    suspects.clear();
    demanded.clear();
    everythingSuspect = false;
    boolean answer = answerDue && answers != Answers.CHANGED;
    answerDue = false;
    if (due.isEmpty() && !answer) {
      if (rejected.isEmpty()) {
        accepted = Math.max(accepted, revision);
      }
      return Optional.empty();
    }
    return Optional.of(send(cache, revision, versions.next(), due));
  }

  private Set<String> due(ResourceCache cache) {
    Set<String> considered = new LinkedHashSet<>(demanded);
    considered.addAll(suspects);
    if (everythingSuspect) {
      considered.addAll(names);
      considered.addAll(delivered.keySet());
      if (wildcard) {
        considered.addAll(cache.names(kind, type));
      }
    }
    considered.removeIf(name -> !isDue(name, cache));
    return considered;
  }

  private boolean isDue(String name, ResourceCache cache) {
    if (!wildcard && !names.contains(name)) {
      forget(name);
      return false;
    }
    CachedResource resource = find(cache, name, 0);
    Delivery delivery = delivered.get(name);
    if (resource != null) {
      return demanded.contains(name)
          || delivery == null
          || !delivery.version().equals(resource.version());
    }
    if (answers == Answers.CHANGED) {
      forget(name);
      return false;
    }
    if (delivery == null) {
      return names.contains(name) || demanded.contains(name);
    }
    return demanded.contains(name) || !delivery.version().equals(Delivery.ABSENT);
  }

  private Update send(ResourceCache cache, long revision, String version, Set<String> due) {
    Set<String> sent = new LinkedHashSet<>(due);
    sent.addAll(rejected);
    rejected.clear();
    if (answers == Answers.WHOLE_SET) {
      sent.addAll(wildcard ? cache.names(kind, type) : names);
    }
    double gauge = type == ResourceType.ENDPOINTS ? VersionGauge.of(version) : Double.NaN;
    List<CachedResource> resources = new ArrayList<>(sent.size());
    List<String> removed = new ArrayList<>();
    for (String name : sent) {
      CachedResource resource = find(cache, name, revision);
      if (resource != null) {
        resources.add(resource);
        deliver(name, resource.version(), resource.revision(), gauge);
      } else {
        removed.add(name);
        if (answers == Answers.CHANGED_AND_REMOVED && names.contains(name)) {
          deliver(name, Delivery.ABSENT, revision, gauge);
        } else {
          delivered.remove(name);
        }
      }
    }
    inFlight = new InFlight(version, revision, sent);
    lastNonce = version;
    return new Update(version, resources, removed, due);
  }

  private void deliver(String name, String version, long revision, double gauge) {
    Delivery before = delivered.get(name);
    delivered.put(
        name,
        before == null
            ? new Delivery(version, revision, gauge, null)
            : before.then(version, revision, gauge));
  }

  /**
   * What the cache has for a name. Endpoints that are asked for by name are there even if the cache
   * has none: Envoy would wait for them for ever.
   */
  private @Nullable CachedResource find(ResourceCache cache, String name, long revision) {
    CachedResource resource = cache.find(kind, type, name);
    boolean neverAbsent =
        type == ResourceType.ENDPOINTS && (answers == Answers.CHANGED || names.contains(name));
    if (resource != null || !neverAbsent) {
      return resource;
    }
    ClusterLoadAssignment empty = ClusterLoadAssignment.newBuilder().setClusterName(name).build();
    return CachedResource.of(type, name, empty, revision);
  }

  private void forget(String name) {
    delivered.remove(name);
    rejected.remove(name);
  }
}
