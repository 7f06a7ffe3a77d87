package io.zenvoy.xds.serve;

import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import java.util.Map;
import java.util.stream.Collectors;

/** The incremental variant: requests and responses hold what changed. */
final class Delta implements AdsVariant<DeltaDiscoveryRequest, DeltaDiscoveryResponse> {
  private static final String WILDCARD = "*";

  @Override
  public Node node(DeltaDiscoveryRequest request) {
    return request.getNode();
  }

  @Override
  public String typeUrl(DeltaDiscoveryRequest request) {
    return request.getTypeUrl();
  }

  @Override
  public Subscription.Answers answers(ResourceType type) {
    return Subscription.Answers.CHANGED_AND_REMOVED;
  }

  @Override
  public Verdict receive(DeltaDiscoveryRequest request, Subscription subscription, Turn turn) {
    Verdict verdict = verdict(request, subscription);
    if (turn == Turn.FIRST) {
      subscription.assume(assumed(subscription.type(), request.getInitialResourceVersionsMap()));
      if (request.getResourceNamesSubscribeCount() == 0) {
        subscription.subscribeAll();
      }
    }
    for (String name : request.getResourceNamesUnsubscribeList()) {
      if (name.equals(WILDCARD)) {
        subscription.unsubscribeAll();
      } else {
        subscription.unsubscribe(name);
      }
    }
    for (String name : request.getResourceNamesSubscribeList()) {
      if (name.equals(WILDCARD)) {
        subscription.subscribeAll();
      } else if (turn == Turn.FIRST) {
        subscription.expect(name);
      } else {
        subscription.subscribe(name);
      }
    }
    return verdict;
  }

  private static Verdict verdict(DeltaDiscoveryRequest request, Subscription subscription) {
    if (!subscription.isInFlight(request.getResponseNonce())) {
      return new Verdict.None();
    }
    if (request.hasErrorDetail()) {
      subscription.reject();
      return new Verdict.Rejected(request.getErrorDetail().getMessage());
    }
    subscription.accept();
    return new Verdict.Accepted();
  }

  /**
   * What need not be sent again. Endpoints are sent in any case: a node's gauge shows the version
   * of the response that brought them, and only one of this stream can be understood.
   */
  private static Map<String, String> assumed(ResourceType type, Map<String, String> versions) {
    return switch (type) {
      case CLUSTER, SECRET, LISTENER, ROUTES -> versions;
      case ENDPOINTS ->
          versions.keySet().stream()
              .collect(Collectors.toMap(name -> name, name -> Delivery.UNPROVEN));
    };
  }

  @Override
  public DeltaDiscoveryResponse response(ResourceType type, Update update) {
    DeltaDiscoveryResponse.Builder response =
        DeltaDiscoveryResponse.newBuilder()
            .setTypeUrl(type.typeUrl())
            .setSystemVersionInfo(update.version())
            .setNonce(update.version())
            .addAllRemovedResources(update.removed());
    for (CachedResource resource : update.resources()) {
      response.addResources(
          Resource.newBuilder()
              .setName(resource.name())
              .setVersion(resource.version())
              .setResource(resource.content()));
    }
    return response.build();
  }
}
