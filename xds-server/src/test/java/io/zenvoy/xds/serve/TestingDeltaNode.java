package io.zenvoy.xds.serve;

import com.google.rpc.Status;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A model of an Envoy that speaks the incremental variant. */
final class TestingDeltaNode extends TestingNode<DeltaDiscoveryRequest, DeltaDiscoveryResponse> {
  private final Map<ResourceType, Map<String, String>> versions = byType(TreeMap::new);

  TestingDeltaNode() {
    super(new Delta());
    begin();
  }

  @Override
  DeltaDiscoveryRequest first(ResourceType type) {
    Map<String, String> held = of(versions, type);
    held.keySet().retainAll(held(type).keySet());
    return DeltaDiscoveryRequest.newBuilder()
        .setTypeUrl(type.typeUrl())
        .addAllResourceNamesSubscribe(names(type))
        .putAllInitialResourceVersions(held)
        .build();
  }

  @Override
  DeltaDiscoveryRequest resubscription(ResourceType type, Set<String> added, Set<String> removed) {
    return DeltaDiscoveryRequest.newBuilder()
        .setTypeUrl(type.typeUrl())
        .addAllResourceNamesSubscribe(added)
        .addAllResourceNamesUnsubscribe(removed)
        .build();
  }

  @Override
  DeltaDiscoveryRequest answer(
      ResourceType type, DeltaDiscoveryResponse response, Opinion opinion) {
    DeltaDiscoveryRequest.Builder answer =
        DeltaDiscoveryRequest.newBuilder()
            .setTypeUrl(type.typeUrl())
            .setResponseNonce(response.getNonce());
    return switch (opinion) {
      case REJECTED -> answer.setErrorDetail(Status.newBuilder().setMessage("no")).build();
      case ACCEPTED -> {
        for (Resource resource : response.getResourcesList()) {
          if (isWanted(type, resource.getName())) {
            held(type).put(resource.getName(), resource.getResource().getValue());
            of(versions, type).put(resource.getName(), resource.getVersion());
          }
        }
        response.getRemovedResourcesList().forEach(held(type)::remove);
        yield answer.build();
      }
    };
  }

  @Override
  ResourceType typeOf(DeltaDiscoveryResponse response) {
    return ResourceType.of(response.getTypeUrl()).orElseThrow();
  }

  @Override
  void forget() {
    // Versions are kept: they are what the next stream begins with.
  }
}
