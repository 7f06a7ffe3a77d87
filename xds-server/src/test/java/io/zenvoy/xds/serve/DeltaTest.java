package io.zenvoy.xds.serve;

import static io.zenvoy.xds.serve.NodeKind.DAEMON;
import static io.zenvoy.xds.serve.NodeKind.ENVOY;
import static io.zenvoy.xds.serve.ResourceType.CLUSTER;
import static io.zenvoy.xds.serve.ResourceType.ENDPOINTS;
import static io.zenvoy.xds.serve.ResourceType.LISTENER;
import static io.zenvoy.xds.serve.TestingAdsClient.accept;
import static io.zenvoy.xds.serve.TestingAdsClient.reject;
import static io.zenvoy.xds.serve.TestingAdsClient.subscribe;
import static io.zenvoy.xds.serve.TestingAdsClient.unsubscribe;
import static io.zenvoy.xds.serve.TestingResources.daemon;
import static io.zenvoy.xds.serve.TestingResources.envoy;
import static io.zenvoy.xds.serve.TestingResources.put;
import static io.zenvoy.xds.serve.TestingResources.remove;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DeltaTest {
  private static final Node NODE = envoy("pod-1");
  private static final NodeKey KEY = new NodeKey(ENVOY, "pod-1");

  private final TestingEdge edge = new TestingEdge();
  private TestingStream<DeltaDiscoveryRequest, DeltaDiscoveryResponse> stream;

  @BeforeEach
  void connect() {
    edge.server().open();
    stream = edge.client().delta();
  }

  @AfterEach
  void stop() {
    edge.close();
  }

  @Test
  void onlyWhatChangedIsSent() {
    edge.apply(put(ENVOY, CLUSTER, "a", 1), put(ENVOY, CLUSTER, "b", 1));
    stream.send(subscribe(NODE, CLUSTER));
    DeltaDiscoveryResponse first = stream.take();
    assertThat(names(first)).containsExactlyInAnyOrder("a", "b");
    stream.send(accept(first));
    edge.apply(put(ENVOY, CLUSTER, "a", 1), put(ENVOY, CLUSTER, "b", 2));
    DeltaDiscoveryResponse second = stream.take();
    assertThat(names(second)).containsExactly("b");
    stream.send(accept(second));
    edge.apply(remove(ENVOY, CLUSTER, "a"));
    DeltaDiscoveryResponse third = stream.take();
    assertThat(names(third)).isEmpty();
    assertThat(third.getRemovedResourcesList()).containsExactly("a");
  }

  @Test
  void afterAReconnectWhatWasRemovedMeanwhileIsSentAsRemovedAndWhatDidNotChangeIsNotSent() {
    edge.apply(
        put(ENVOY, CLUSTER, "same", 1),
        put(ENVOY, CLUSTER, "changed", 1),
        put(ENVOY, CLUSTER, "gone", 1));
    stream.send(subscribe(NODE, CLUSTER));
    DeltaDiscoveryResponse first = stream.take();
    stream.send(accept(first));
    stream.close();
    edge.apply(
        put(ENVOY, CLUSTER, "changed", 2),
        remove(ENVOY, CLUSTER, "gone"),
        put(ENVOY, CLUSTER, "new", 1));
    TestingStream<DeltaDiscoveryRequest, DeltaDiscoveryResponse> again = edge.client().delta();
    again.send(
        subscribe(NODE, CLUSTER).toBuilder()
            .putAllInitialResourceVersions(versions(first))
            .build());
    DeltaDiscoveryResponse second = again.take();
    assertThat(names(second)).containsExactlyInAnyOrder("changed", "new");
    assertThat(second.getRemovedResourcesList()).containsExactly("gone");
  }

  @Test
  void afterAReconnectEndpointsAreSentInAnyCaseSoThatTheNodesGaugeIsKnown() {
    edge.apply(put(ENVOY, ENDPOINTS, "a", 1));
    stream.send(subscribe(NODE, ENDPOINTS, "a"));
    DeltaDiscoveryResponse first = stream.take();
    TestingStream<DeltaDiscoveryRequest, DeltaDiscoveryResponse> again = edge.client().delta();
    again.send(
        subscribe(NODE, ENDPOINTS, "a").toBuilder()
            .putAllInitialResourceVersions(versions(first))
            .build());
    assertThat(names(again.take())).containsExactly("a");
  }

  @Test
  void equalContentHasTheSameVersionInEveryProcess() {
    edge.apply(put(ENVOY, CLUSTER, "a", 1));
    stream.send(subscribe(NODE, CLUSTER));
    DeltaDiscoveryResponse first = stream.take();
    try (TestingEdge restarted = new TestingEdge()) {
      restarted.server().open();
      restarted.apply(put(ENVOY, CLUSTER, "a", 1), put(ENVOY, CLUSTER, "b", 1));
      TestingStream<DeltaDiscoveryRequest, DeltaDiscoveryResponse> again =
          restarted.client().delta();
      again.send(
          subscribe(NODE, CLUSTER).toBuilder()
              .putAllInitialResourceVersions(versions(first))
              .build());
      assertThat(names(again.take())).containsExactly("b");
    }
  }

  @Test
  void endpointsThatWereRemovedAndAddedAgainAreSentAgain() {
    edge.apply(put(DAEMON, ENDPOINTS, "a", 1));
    stream.send(subscribe(daemon("pod-1", "nft"), ENDPOINTS, "*"));
    stream.send(accept(stream.take()));
    edge.apply(remove(DAEMON, ENDPOINTS, "a"));
    DeltaDiscoveryResponse removal = stream.take();
    assertThat(removal.getRemovedResourcesList()).containsExactly("a");
    stream.send(accept(removal));
    edge.apply(put(DAEMON, ENDPOINTS, "a", 1));
    assertThat(names(stream.take())).containsExactly("a");
  }

  @Test
  void aRequestedNameWithoutEndpointsIsAnsweredEmpty() throws Exception {
    stream.send(subscribe(NODE, ENDPOINTS, "missing"));
    DeltaDiscoveryResponse first = stream.take();
    assertThat(first.getResources(0).getResource().unpack(ClusterLoadAssignment.class))
        .isEqualTo(ClusterLoadAssignment.newBuilder().setClusterName("missing").build());
    stream.send(accept(first));
    edge.apply(put(ENVOY, ENDPOINTS, "missing", 1));
    assertThat(names(stream.take())).containsExactly("missing");
  }

  @Test
  void aMissingClusterThatIsAskedForByNameIsAnsweredAsRemoved() {
    stream.send(subscribe(NODE, CLUSTER, "missing"));
    DeltaDiscoveryResponse first = stream.take();
    assertThat(first.getRemovedResourcesList()).containsExactly("missing");
    stream.send(accept(first));
    edge.apply(put(ENVOY, CLUSTER, "missing", 1));
    assertThat(names(stream.take())).containsExactly("missing");
  }

  @Test
  void aRejectedResourceIsSentAgainAlongWithTheNextRealChange() {
    edge.apply(put(ENVOY, CLUSTER, "bad", 1), put(ENVOY, CLUSTER, "good", 1));
    stream.send(subscribe(NODE, CLUSTER));
    stream.send(reject(stream.take(), "bad is bad"));
    edge.apply(put(ENVOY, CLUSTER, "bad", 1)); // no real change
    stream.send(subscribe(NODE, LISTENER));
    assertThat(stream.take().getTypeUrl()).isEqualTo(LISTENER.typeUrl());
    long repaired = edge.apply(put(ENVOY, CLUSTER, "bad", 2));
    DeltaDiscoveryResponse second = stream.take();
    assertThat(names(second)).containsExactlyInAnyOrder("bad", "good");
    assertThat(edge.events().acknowledged(KEY, CLUSTER)).isZero();
    stream.send(accept(second));
    await().until(() -> edge.events().acknowledged(KEY, CLUSTER) >= repaired);
  }

  @Test
  void whatIsNoLongerSubscribedIsNotSentAndComesAgainWhenItIsSubscribedAgain() {
    edge.apply(put(ENVOY, ENDPOINTS, "a", 1), put(ENVOY, ENDPOINTS, "b", 1));
    stream.send(subscribe(NODE, ENDPOINTS, "a", "b"));
    stream.send(accept(stream.take()));
    stream.send(unsubscribe(ENDPOINTS, "a"));
    stream.send(subscribe(NODE, LISTENER));
    stream.take(); // so the server has seen what was sent before
    edge.apply(put(ENVOY, ENDPOINTS, "a", 2), put(ENVOY, ENDPOINTS, "b", 2));
    DeltaDiscoveryResponse second = stream.take();
    assertThat(names(second)).containsExactly("b");
    stream.send(accept(second));
    stream.send(subscribe(NODE, ENDPOINTS, "a", "b"));
    assertThat(names(stream.take())).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void aNameThatIsCoveredByTheWildcardIsAnsweredWhenItIsUnsubscribed() {
    edge.apply(put(ENVOY, CLUSTER, "a", 1));
    stream.send(subscribe(NODE, CLUSTER, "*", "a", "missing"));
    stream.send(accept(stream.take()));
    stream.send(unsubscribe(CLUSTER, "a", "missing"));
    DeltaDiscoveryResponse second = stream.take();
    assertThat(names(second)).containsExactly("a");
    assertThat(second.getRemovedResourcesList()).containsExactly("missing");
  }

  @Test
  void endpointsFollowTheirChangedClusterEvenIfTheyDidNotChange() {
    edge.apply(put(ENVOY, CLUSTER, "a", 1), put(ENVOY, ENDPOINTS, "a", 1));
    stream.send(subscribe(NODE, CLUSTER));
    stream.send(accept(stream.take()));
    stream.send(subscribe(NODE, ENDPOINTS, "a"));
    stream.send(accept(stream.take()));
    edge.apply(put(ENVOY, CLUSTER, "a", 2));
    assertThat(stream.take().getTypeUrl()).isEqualTo(CLUSTER.typeUrl());
    assertThat(stream.take().getTypeUrl()).isEqualTo(ENDPOINTS.typeUrl());
  }

  @Test
  void endpointsOfAClusterThatIsNotTakenInYetAreNotAcknowledged() {
    stream.send(subscribe(NODE, CLUSTER));
    stream.send(accept(stream.take()));
    stream.send(subscribe(NODE, ENDPOINTS, "other"));
    stream.send(accept(stream.take()));
    long before = edge.apply(put(ENVOY, ENDPOINTS, "a", 1));
    await().until(() -> edge.events().acknowledged(KEY, ENDPOINTS) == before);
    long revision = edge.apply(put(ENVOY, CLUSTER, "a", 1));
    DeltaDiscoveryResponse cluster = stream.take();
    long last = edge.apply(put(ENVOY, ENDPOINTS, "unwanted", 1));
    stream.send(subscribe(NODE, ENDPOINTS, "a")); // as Envoy does, before it acknowledges
    stream.send(accept(cluster));
    DeltaDiscoveryResponse endpoints = stream.take();
    await().until(() -> edge.events().acknowledged(KEY, CLUSTER) >= revision);
    assertThat(edge.events().acknowledged(KEY, ENDPOINTS)).isEqualTo(before);
    stream.send(accept(endpoints));
    await().until(() -> edge.events().acknowledged(KEY, ENDPOINTS) == last);
  }

  @Test
  void endpointsThatAreAcknowledgedBeforeAnotherClusterIsTakenInSayNothingAboutThatOnes() {
    long before = edge.apply(put(ENVOY, CLUSTER, "a", 1));
    stream.send(subscribe(NODE, CLUSTER));
    DeltaDiscoveryResponse first = stream.take();
    long revision = edge.apply(put(ENVOY, CLUSTER, "b", 1), put(ENVOY, ENDPOINTS, "b", 1));
    stream.send(subscribe(NODE, ENDPOINTS, "a"));
    DeltaDiscoveryResponse endpoints = stream.take();
    stream.send(accept(first));
    DeltaDiscoveryResponse second = stream.take();
    stream.send(accept(endpoints));
    await().until(() -> edge.events().acknowledged(KEY, ENDPOINTS) > 0);
    assertThat(edge.events().acknowledged(KEY, ENDPOINTS)).isEqualTo(before);
    stream.send(accept(second));
    await().until(() -> edge.events().acknowledged(KEY, ENDPOINTS) == revision);
  }

  @Test
  void anEmptyCacheIsToldAtOnce() {
    stream.send(subscribe(NODE, CLUSTER));
    assertThat(stream.take().getResourcesCount()).isZero();
  }

  private static List<String> names(DeltaDiscoveryResponse response) {
    return response.getResourcesList().stream().map(Resource::getName).toList();
  }

  private static Map<String, String> versions(DeltaDiscoveryResponse response) {
    return response.getResourcesList().stream()
        .collect(Collectors.toMap(Resource::getName, Resource::getVersion));
  }
}
