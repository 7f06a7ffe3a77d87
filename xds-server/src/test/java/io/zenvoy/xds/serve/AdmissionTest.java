package io.zenvoy.xds.serve;

import static io.zenvoy.xds.serve.NodeKind.DAEMON;
import static io.zenvoy.xds.serve.NodeKind.ENVOY;
import static io.zenvoy.xds.serve.ResourceType.CLUSTER;
import static io.zenvoy.xds.serve.TestingAdsClient.ask;
import static io.zenvoy.xds.serve.TestingResources.daemon;
import static io.zenvoy.xds.serve.TestingResources.envoy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.ClientCalls;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.zenvoy.common.StartupException;
import io.zenvoy.xds.serve.TestingNodeEvents.Event;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AdmissionTest {
  private final TestingEdge edge = new TestingEdge();

  @AfterEach
  void stop() {
    edge.close();
  }

  @Test
  void nobodyIsServedBeforeTheDoorIsOpen() {
    assertThat(closed(ask(envoy("pod-1"), CLUSTER)).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(health()).isEqualTo(ServingStatus.NOT_SERVING);
    assertThat(edge.counter("zenvoy.xds.rejected.streams", "reason", "not_synced")).isEqualTo(1);
    edge.server().open();
    TestingStream<DiscoveryRequest, DiscoveryResponse> stream = edge.client().stateOfTheWorld();
    stream.send(ask(envoy("pod-1"), CLUSTER));
    assertThat(stream.take().getTypeUrl()).isEqualTo(CLUSTER.typeUrl());
    assertThat(health()).isEqualTo(ServingStatus.SERVING);
  }

  @Test
  void whoLeadsNoLongerServesNobodyAtOnce() {
    edge.server().open();
    TestingStream<DiscoveryRequest, DiscoveryResponse> stream = edge.client().stateOfTheWorld();
    stream.send(ask(envoy("pod-1"), CLUSTER));
    stream.take();

    edge.leadsNoLonger();
    edge.apply(TestingResources.put(ENVOY, CLUSTER, "new", 1));

    assertThat(stream.closed().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    Status status = closed(ask(envoy("pod-1"), CLUSTER));
    assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(status.getDescription()).contains("another control plane leads");
    assertThat(edge.counter("zenvoy.xds.rejected.streams", "reason", "not_leading")).isEqualTo(1);
  }

  @Test
  void aForeignNodeIsToldWhichSettingDecides() {
    edge.server().open();
    Node foreign = Node.newBuilder().setId("pod-1").setCluster("another").build();
    Status status = closed(ask(foreign, CLUSTER));
    assertThat(status.getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(status.getDescription()).contains("pod-1", "another", "XDS_NODE_ID", "zenvoy");
    assertThat(edge.events().all()).isEmpty();
  }

  @Test
  void aStreamThatNamesNoNodeIsClosed() {
    edge.server().open();
    assertThat(closed(ask(Node.getDefaultInstance(), CLUSTER)).getCode())
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void aDaemonThatWouldNotReceiveTheSlotsIsToldWhy() {
    edge.server().open();
    Status status = closed(ask(daemon("pod-1", "none"), CLUSTER));
    assertThat(status.getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(status.getDescription()).contains("TPROXY_CMD").contains("\"none\"");
    assertThat(edge.events().all()).isEmpty();
  }

  @Test
  void envoysAndDaemonsAreToldApartByTheirMetadata() {
    edge.server().open();
    TestingStream<DiscoveryRequest, DiscoveryResponse> first = edge.client().stateOfTheWorld();
    first.send(ask(envoy("pod-1"), CLUSTER));
    first.take();
    TestingStream<DiscoveryRequest, DiscoveryResponse> second = edge.client().stateOfTheWorld();
    second.send(ask(daemon("pod-1", "nft"), CLUSTER));
    second.take();
    assertThat(edge.events().of(Event.Connected.class))
        .containsExactly(
            new Event.Connected(new NodeKey(ENVOY, "pod-1"), 1),
            new Event.Connected(new NodeKey(DAEMON, "pod-1"), 1));
    assertThat(edge.registry().get("zenvoy.xds.clients").tag("kind", "daemon").gauge().value())
        .isEqualTo(1);
  }

  @Test
  void aNodeIsDisconnectedOnlyWhenItsLastStreamHasEnded() {
    edge.server().open();
    TestingStream<DiscoveryRequest, DiscoveryResponse> first = edge.client().stateOfTheWorld();
    first.send(ask(envoy("pod-1"), CLUSTER));
    first.take();
    TestingStream<DiscoveryRequest, DiscoveryResponse> second = edge.client().stateOfTheWorld();
    second.send(ask(envoy("pod-1"), CLUSTER));
    second.take();
    first.close();
    assertThat(first.closed().isOk()).isTrue();
    second.close();
    NodeKey node = new NodeKey(ENVOY, "pod-1");
    await()
        .untilAsserted(
            () ->
                assertThat(edge.events().of(Event.Disconnected.class))
                    .containsExactly(
                        new Event.Disconnected(node, 1), new Event.Disconnected(node, 0)));
    assertThat(edge.events().of(Event.Connected.class))
        .containsExactly(new Event.Connected(node, 1), new Event.Connected(node, 2));
  }

  @Test
  void aMessageThatIsNoRequestEndsItsOwnStreamOnly() {
    edge.server().open();
    TestingStream<DiscoveryRequest, DiscoveryResponse> healthy = edge.client().stateOfTheWorld();
    healthy.send(ask(envoy("pod-1"), CLUSTER));
    healthy.take();
    MethodDescriptor<byte[], byte[]> method =
        MethodDescriptor.<byte[], byte[]>newBuilder()
            .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
            .setFullMethodName(
                "envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources")
            .setRequestMarshaller(new Bytes())
            .setResponseMarshaller(new Bytes())
            .build();
    TestingStream<byte[], byte[]> garbage =
        new TestingStream<>(
            responses ->
                ClientCalls.asyncBidiStreamingCall(
                    edge.client().channel().newCall(method, CallOptions.DEFAULT), responses));
    garbage.send("no protobuf".getBytes(StandardCharsets.UTF_8));
    assertThat(garbage.closed().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(healthy.isOpen()).isTrue();
    assertThat(edge.counter("zenvoy.xds.rejected.streams", "reason", "malformed")).isEqualTo(1);
  }

  @Test
  void aBusyPortIsNamedWithItsSetting() {
    EdgeSettings busy = new EdgeSettings(edge.server().port(), "zenvoy", TestingResources.SLOTS);
    try (XdsGrpcServer second =
        new XdsGrpcServer(busy, new TestingNodeEvents(), new SimpleMeterRegistry(), () -> true)) {
      assertThatThrownBy(second::start)
          .isInstanceOf(StartupException.class)
          .hasMessageContaining("XDS_PORT: port " + busy.port() + " is in use");
    }
  }

  @Test
  void streamsAreClosedWhenTheServerStops() {
    edge.server().open();
    TestingStream<DiscoveryRequest, DiscoveryResponse> stream = edge.client().stateOfTheWorld();
    stream.send(ask(envoy("pod-1"), CLUSTER));
    stream.take();
    edge.server().close();
    assertThat(stream.closed().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(edge.events().of(Event.Disconnected.class)).hasSize(1);
  }

  private Status closed(DiscoveryRequest first) {
    TestingStream<DiscoveryRequest, DiscoveryResponse> stream = edge.client().stateOfTheWorld();
    stream.send(first);
    return stream.closed();
  }

  private ServingStatus health() {
    return HealthGrpc.newBlockingStub(edge.client().channel())
        .check(HealthCheckRequest.getDefaultInstance())
        .getStatus();
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
