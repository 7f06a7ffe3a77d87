package io.zenvoy.xds.translate;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.zenvoy.common.HostPort;
import io.zenvoy.common.Slot;
import io.zenvoy.xds.model.Assignment;
import io.zenvoy.xds.model.Assignment.EnvoySide;
import io.zenvoy.xds.model.Cluster;
import io.zenvoy.xds.model.IgnoredRequest;
import io.zenvoy.xds.model.Protocol;
import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.model.ServicePolicy;
import io.zenvoy.xds.model.ServicePort;
import io.zenvoy.xds.serve.NodeKind;
import io.zenvoy.xds.serve.ResourceChange;
import io.zenvoy.xds.serve.ResourceType;
import io.zenvoy.xds.serve.XdsEdge;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What stands in the cache after what the life cycle has decided. */
class XdsPublisherTest {
  private static final List<HostPort> PODS = List.of(new HostPort("10.1.0.1", 8080));
  private static final IgnoredRequest PROBE = new IgnoredRequest.Path("/healthz");

  private final TestingEdge edge = new TestingEdge();
  private final XdsPublisher publisher =
      new XdsPublisher(
          new TranslateSettings(
              InetAddress.ofLiteral("0.0.0.0"),
              10_000,
              10_443,
              Duration.ofMinutes(1),
              Optional.empty()),
          edge);

  /** Keeps the latest of every resource. */
  private static final class TestingEdge implements XdsEdge {
    private final Map<String, Message> resources = new TreeMap<>();
    private long revision;

    @Override
    public long apply(List<ResourceChange> changes) {
      for (ResourceChange change : changes) {
        change.removals().forEach(name -> resources.remove(key(change, name)));
        change.upserts().forEach((name, message) -> resources.put(key(change, name), message));
      }
      return ++revision;
    }

    @Override
    public void open() {}

    private static String key(ResourceChange change, String name) {
      return change.audience() + " " + change.type() + " " + name;
    }

    int endpoints(String cluster) {
      return resources.get(NodeKind.ENVOY + " " + ResourceType.ENDPOINTS + " " + cluster)
              instanceof ClusterLoadAssignment assignment
          ? assignment.getEndpointsCount()
          : -1;
    }
  }

  @Test
  void aClusterWithoutIgnoredRequestsHasNoTwin() {
    publisher.define(NodeKind.ENVOY, asleep(cluster(Protocol.HTTP)));
    publisher.define(NodeKind.ENVOY, asleep(cluster(Protocol.POSTGRES, PROBE)));

    assertThat(edge.resources.keySet())
        .containsExactly("ENVOY CLUSTER hello", "ENVOY ENDPOINTS hello");
  }

  @Test
  void daemonsAreNotToldOfTwins() {
    publisher.define(NodeKind.DAEMON, asleep(cluster(Protocol.HTTP, PROBE)));

    assertThat(edge.resources.keySet())
        .containsExactly("DAEMON CLUSTER hello", "DAEMON ENDPOINTS hello");
  }

  @Test
  void aTwinHasEndpointsOnlyWhilePodsArePublished() {
    Cluster hello = cluster(Protocol.HTTP, PROBE);
    publisher.define(NodeKind.ENVOY, asleep(hello));
    assertThat(edge.endpoints("_ignored/hello")).isZero();

    publisher.assign(NodeKind.ENVOY, to(hello, new EnvoySide.PodsOnly(PODS)));
    assertThat(edge.endpoints("_ignored/hello")).isEqualTo(1);

    publisher.assign(NodeKind.ENVOY, to(hello, new EnvoySide.PodsThenSlot(PODS)));
    assertThat(edge.endpoints("_ignored/hello")).isEqualTo(1);

    publisher.assign(NodeKind.ENVOY, asleep(hello));
    assertThat(edge.endpoints("_ignored/hello")).isZero();
  }

  @Test
  void aTwinComesAndGoesWithTheAnnotation() {
    Cluster plain = cluster(Protocol.HTTP);
    Cluster probed = cluster(Protocol.HTTP, PROBE);
    publisher.define(NodeKind.ENVOY, to(plain, new EnvoySide.PodsOnly(PODS)));

    publisher.redefine(NodeKind.ENVOY, to(probed, new EnvoySide.PodsOnly(PODS)));
    assertThat(edge.endpoints("_ignored/hello")).isEqualTo(1);
    assertThat(edge.resources).containsKey("ENVOY CLUSTER _ignored/hello");

    publisher.redefine(NodeKind.ENVOY, to(plain, new EnvoySide.PodsOnly(PODS)));
    assertThat(edge.resources.keySet())
        .containsExactly("ENVOY CLUSTER hello", "ENVOY ENDPOINTS hello");
  }

  @Test
  void aTwinIsWithdrawnWithItsCluster() {
    Cluster probed = cluster(Protocol.HTTP, PROBE);
    publisher.define(NodeKind.ENVOY, asleep(probed));

    publisher.withdraw(NodeKind.ENVOY, probed);

    assertThat(edge.resources).isEmpty();
  }

  private static Assignment asleep(Cluster cluster) {
    return Assignment.parked(cluster, Optional.empty());
  }

  private static Assignment to(Cluster cluster, EnvoySide envoy) {
    return new Assignment(cluster, envoy, PODS, Optional.empty());
  }

  private static Cluster cluster(Protocol protocol, IgnoredRequest... ignored) {
    return new Cluster(
        "hello",
        new ServiceKey("default", "hello"),
        new ServicePort("web", 80, protocol),
        new Slot(0x7f800102, 20001),
        new ServicePolicy(
            1, Duration.ofMinutes(5), Duration.ofMinutes(1), 100, false, false, List.of(ignored)),
        false);
  }
}
