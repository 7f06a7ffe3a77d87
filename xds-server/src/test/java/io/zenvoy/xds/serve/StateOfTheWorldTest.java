package io.zenvoy.xds.serve;

import static io.zenvoy.xds.serve.NodeKind.ENVOY;
import static io.zenvoy.xds.serve.ResourceType.CLUSTER;
import static io.zenvoy.xds.serve.ResourceType.ENDPOINTS;
import static io.zenvoy.xds.serve.ResourceType.LISTENER;
import static io.zenvoy.xds.serve.ResourceType.ROUTES;
import static io.zenvoy.xds.serve.TestingAdsClient.accept;
import static io.zenvoy.xds.serve.TestingAdsClient.ask;
import static io.zenvoy.xds.serve.TestingAdsClient.reject;
import static io.zenvoy.xds.serve.TestingResources.envoy;
import static io.zenvoy.xds.serve.TestingResources.put;
import static io.zenvoy.xds.serve.TestingResources.remove;
import static io.zenvoy.xds.serve.TestingResources.resource;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StateOfTheWorldTest {
  private static final Node NODE = envoy("pod-1");
  private static final NodeKey KEY = new NodeKey(ENVOY, "pod-1");

  private final TestingEdge edge = new TestingEdge();
  private TestingStream<DiscoveryRequest, DiscoveryResponse> stream;

  @BeforeEach
  void connect() {
    edge.server().open();
    stream = edge.client().stateOfTheWorld();
  }

  @AfterEach
  void stop() {
    edge.close();
  }

  @Test
  void aChangeOfOneClusterSendsAllClusters() throws Exception {
    edge.apply(put(ENVOY, CLUSTER, "a", 1), put(ENVOY, CLUSTER, "b", 1));
    stream.send(ask(NODE, CLUSTER));
    DiscoveryResponse first = stream.take();
    assertThat(first.getResourcesCount()).isEqualTo(2);
    stream.send(accept(first));
    edge.apply(put(ENVOY, CLUSTER, "b", 2));
    assertThat(stream.take().getResourcesList())
        .extracting(Any::getValue)
        .containsExactlyInAnyOrder(
            resource(CLUSTER, "a", 1).toByteString(), resource(CLUSTER, "b", 2).toByteString());
  }

  @Test
  void aChangeOfOneClustersEndpointsSendsThoseAlone() throws Exception {
    edge.apply(put(ENVOY, ENDPOINTS, "a", 1), put(ENVOY, ENDPOINTS, "b", 1));
    stream.send(ask(NODE, ENDPOINTS, "a", "b"));
    stream.send(accept(stream.take(), "a", "b"));
    edge.apply(put(ENVOY, ENDPOINTS, "b", 2));
    assertThat(assignments(stream.take()))
        .containsExactly((ClusterLoadAssignment) resource(ENDPOINTS, "b", 2));
  }

  @Test
  void aRequestedNameWithoutEndpointsIsAnsweredEmptyAndHearsOfLaterOnes() throws Exception {
    edge.apply(put(ENVOY, ENDPOINTS, "a", 1));
    stream.send(ask(NODE, ENDPOINTS, "a", "missing"));
    DiscoveryResponse first = stream.take();
    assertThat(assignments(first))
        .contains(ClusterLoadAssignment.newBuilder().setClusterName("missing").build());
    stream.send(accept(first, "a", "missing"));
    edge.apply(put(ENVOY, ENDPOINTS, "missing", 3));
    DiscoveryResponse second = stream.take();
    assertThat(assignments(second))
        .containsExactly((ClusterLoadAssignment) resource(ENDPOINTS, "missing", 3));
    stream.send(accept(second, "a", "missing"));
    edge.apply(remove(ENVOY, ENDPOINTS, "missing"));
    assertThat(assignments(stream.take()))
        .containsExactly(ClusterLoadAssignment.newBuilder().setClusterName("missing").build());
  }

  @Test
  void aRejectedResourceIsSentAgainOnlyWithTheNextRealChange() throws Exception {
    edge.apply(put(ENVOY, CLUSTER, "a", 1));
    stream.send(ask(NODE, CLUSTER));
    stream.send(reject(stream.take(), "no such thing"));
    await()
        .untilAsserted(
            () ->
                assertThat(edge.events().of(TestingNodeEvents.Event.Rejected.class))
                    .containsExactly(
                        new TestingNodeEvents.Event.Rejected(KEY, CLUSTER, "no such thing")));
    edge.apply(put(ENVOY, CLUSTER, "a", 1)); // the same content: no real change
    stream.send(ask(NODE, ENDPOINTS, "a"));
    assertThat(stream.take().getTypeUrl()).isEqualTo(ENDPOINTS.typeUrl());
    assertThat(edge.events().acknowledged(KEY, CLUSTER)).isZero();
    long repaired = edge.apply(put(ENVOY, CLUSTER, "a", 2));
    stream.send(accept(stream.take()));
    await().until(() -> edge.events().acknowledged(KEY, CLUSTER) >= repaired);
    assertThat(edge.counter("zenvoy.xds.nacks", "type", "cluster")).isEqualTo(1);
  }

  @Test
  void theNonceDecidesAndNotTheVersion() throws Exception {
    long revision = edge.apply(put(ENVOY, CLUSTER, "a", 1));
    stream.send(ask(NODE, CLUSTER));
    DiscoveryResponse first = stream.take();
    stream.send(accept(first).toBuilder().setResponseNonce("stale").build());
    stream.send(ask(NODE, LISTENER));
    assertThat(stream.take().getTypeUrl()).isEqualTo(LISTENER.typeUrl());
    assertThat(edge.events().acknowledged(KEY, CLUSTER)).isZero();
    stream.send(accept(first).toBuilder().setVersionInfo("whatever").build());
    await().until(() -> edge.events().acknowledged(KEY, CLUSTER) >= revision);
  }

  @Test
  void aNewNameInAnAcknowledgementIsAnswered() throws Exception {
    edge.apply(put(ENVOY, ENDPOINTS, "a", 1), put(ENVOY, ENDPOINTS, "b", 1));
    stream.send(ask(NODE, ENDPOINTS, "a"));
    stream.send(accept(stream.take(), "a", "b"));
    assertThat(assignments(stream.take()))
        .containsExactly((ClusterLoadAssignment) resource(ENDPOINTS, "b", 1));
  }

  @Test
  void endpointsAreAnsweredAgainWhenTheyAreAskedForAgain() throws Exception {
    edge.apply(put(ENVOY, ENDPOINTS, "a", 1));
    stream.send(ask(NODE, ENDPOINTS, "a"));
    DiscoveryResponse first = stream.take();
    stream.send(accept(first, "a"));
    stream.send(accept(first, "a")); // Envoy made the cluster anew
    DiscoveryResponse second = stream.take();
    assertThat(assignments(second)).hasSize(1);
    stream.send(accept(second)); // and removed it
    stream.send(accept(second, "a")); // and has it again
    assertThat(assignments(stream.take())).hasSize(1);
  }

  @Test
  void endpointsFollowTheirChangedClusterEvenIfTheyDidNotChange() throws Exception {
    edge.apply(put(ENVOY, CLUSTER, "a", 1), put(ENVOY, ENDPOINTS, "a", 1));
    stream.send(ask(NODE, CLUSTER));
    stream.send(accept(stream.take()));
    stream.send(ask(NODE, ENDPOINTS, "a"));
    stream.send(accept(stream.take(), "a"));
    edge.apply(put(ENVOY, CLUSTER, "a", 2));
    assertThat(stream.take().getTypeUrl()).isEqualTo(CLUSTER.typeUrl());
    assertThat(stream.take().getTypeUrl()).isEqualTo(ENDPOINTS.typeUrl());
  }

  @Test
  void oneResponseOfATypeIsInFlightWhileOtherTypesGoOn() throws Exception {
    edge.apply(put(ENVOY, CLUSTER, "a", 1), put(ENVOY, ENDPOINTS, "a", 1));
    stream.send(ask(NODE, CLUSTER));
    DiscoveryResponse unanswered = stream.take();
    edge.apply(put(ENVOY, CLUSTER, "a", 2));
    edge.apply(put(ENVOY, CLUSTER, "a", 3));
    stream.send(ask(NODE, ENDPOINTS, "a"));
    assertThat(stream.take().getTypeUrl()).isEqualTo(ENDPOINTS.typeUrl());
    stream.send(accept(unanswered));
    assertThat(stream.take().getResources(0).getValue())
        .isEqualTo(resource(CLUSTER, "a", 3).toByteString());
  }

  @Test
  void anUnknownTypeIsIgnoredAndTheOthersLiveOn() {
    stream.send(
        DiscoveryRequest.newBuilder().setNode(NODE).setTypeUrl("type.googleapis.com/x").build());
    stream.send(ask(Node.getDefaultInstance(), LISTENER));
    assertThat(stream.take().getTypeUrl()).isEqualTo(LISTENER.typeUrl());
    assertThat(edge.registry().counter("zenvoy.xds.unknown.types").count()).isEqualTo(1);
  }

  @Test
  void aTypeThatNothingHasToBeSentOfIsAcknowledgedAtOnce() throws Exception {
    edge.apply(put(ENVOY, ROUTES, "http", 1));
    stream.send(ask(NODE, ROUTES, "http"));
    stream.send(accept(stream.take(), "http"));
    long revision = edge.apply(put(ENVOY, ENDPOINTS, "unwanted", 1));
    await().until(() -> edge.events().acknowledged(KEY, ROUTES) == revision);
  }

  @Test
  void otherContentHasAnotherVersionAfterARestart() throws Exception {
    edge.apply(put(ENVOY, CLUSTER, "a", 1));
    stream.send(ask(NODE, CLUSTER));
    DiscoveryResponse before = stream.take();
    try (TestingEdge restarted = new TestingEdge()) {
      restarted.server().open();
      restarted.apply(put(ENVOY, CLUSTER, "a", 2));
      TestingStream<DiscoveryRequest, DiscoveryResponse> again =
          restarted.client().stateOfTheWorld();
      again.send(ask(NODE, CLUSTER).toBuilder().setVersionInfo(before.getVersionInfo()).build());
      DiscoveryResponse after = again.take();
      assertThat(after.getVersionInfo()).isNotEqualTo(before.getVersionInfo());
      assertThat(after.getResources(0).getValue())
          .isEqualTo(resource(CLUSTER, "a", 2).toByteString());
    }
  }

  private static List<ClusterLoadAssignment> assignments(DiscoveryResponse response)
      throws InvalidProtocolBufferException {
    List<ClusterLoadAssignment> assignments = new ArrayList<>();
    for (Any resource : response.getResourcesList()) {
      assignments.add(resource.unpack(ClusterLoadAssignment.class));
    }
    return assignments;
  }
}
