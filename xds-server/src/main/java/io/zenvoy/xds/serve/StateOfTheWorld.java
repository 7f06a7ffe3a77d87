package io.zenvoy.xds.serve;

import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import java.util.HashSet;
import java.util.Set;

/**
 * The state-of-the-world variant: a request names all that is wanted, and a response holds all
 * clusters or all listeners, or those of the other types that changed. The nonce alone decides what
 * a request answers; the version that it names does not matter.
 */
final class StateOfTheWorld implements AdsVariant<DiscoveryRequest, DiscoveryResponse> {
  private static final String WILDCARD = "*";

  @Override
  public Node node(DiscoveryRequest request) {
    return request.getNode();
  }

  @Override
  public String typeUrl(DiscoveryRequest request) {
    return request.getTypeUrl();
  }

  @Override
  public Subscription.Answers answers(ResourceType type) {
    return switch (type) {
      case CLUSTER, LISTENER -> Subscription.Answers.WHOLE_SET;
      case ENDPOINTS, SECRET, ROUTES -> Subscription.Answers.CHANGED;
    };
  }

  @Override
  public Verdict receive(DiscoveryRequest request, Subscription subscription, Turn turn) {
    String nonce = request.getResponseNonce();
    Set<String> wanted = new HashSet<>(request.getResourceNamesList());
    if (subscription.isInFlight() && !subscription.isInFlight(nonce)) {
      // Stale: the answer to what is in flight follows, with the names as they are by then. But one
      // that changes no name is a plea to answer them again, which that answer won't repeat.
      if (wanted.equals(subscription.names())) {
        subscription.demandAll();
      }
      return new Verdict.None();
    }
    Verdict verdict = new Verdict.None();
    if (subscription.isInFlight(nonce)) {
      if (request.hasErrorDetail()) {
        subscription.reject();
        verdict = new Verdict.Rejected(request.getErrorDetail().getMessage());
      } else {
        subscription.accept();
        verdict = new Verdict.Accepted();
      }
    } else if (!nonce.isEmpty()
        && !subscription.lastNonce().isEmpty()
        && !nonce.equals(subscription.lastNonce())) {
      return new Verdict.None();
    } else if (wanted.equals(subscription.names())) {
      // Nothing is answered and no name is new: Envoy made a cluster anew and waits for its
      // endpoints again.
      subscription.demandAll();
    }
    replaceNames(subscription, wanted, turn);
    return verdict;
  }

  /** No names at all mean everything, of types that allow it, until the first name was given. */
  private void replaceNames(Subscription subscription, Set<String> wanted, Turn turn) {
    boolean everything =
        wanted.remove(WILDCARD)
            || (wanted.isEmpty()
                && answers(subscription.type()) == Subscription.Answers.WHOLE_SET
                && (turn == Turn.FIRST || subscription.isWildcard()));
    for (String name : subscription.names()) {
      if (!wanted.contains(name)) {
        subscription.unsubscribe(name);
      }
    }
    for (String name : wanted) {
      if (!subscription.isNamed(name)) {
        subscription.subscribe(name);
      }
    }
    if (everything != subscription.isWildcard()) {
      if (everything) {
        subscription.subscribeAll();
      } else {
        subscription.unsubscribeAll();
      }
    }
  }

  @Override
  public DiscoveryResponse response(ResourceType type, Update update) {
    DiscoveryResponse.Builder response =
        DiscoveryResponse.newBuilder()
            .setTypeUrl(type.typeUrl())
            .setVersionInfo(update.version())
            .setNonce(update.version());
    for (CachedResource resource : update.resources()) {
      response.addResources(resource.content());
    }
    return response.build();
  }
}
