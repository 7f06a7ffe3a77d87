package io.zenvoy.xds.lifecycle;

import static io.zenvoy.xds.lifecycle.TestingWorld.WAKE_TIMEOUT;
import static io.zenvoy.xds.lifecycle.TestingWorld.WINDOW;
import static io.zenvoy.xds.lifecycle.TestingWorld.workload;
import static org.assertj.core.api.Assertions.assertThat;

import io.zenvoy.common.Ipv4Network;
import io.zenvoy.common.PortRange;
import io.zenvoy.common.Slot;
import io.zenvoy.xds.model.Protocol;
import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.model.ServicePolicy;
import io.zenvoy.xds.model.ServicePort;
import io.zenvoy.xds.model.ServiceSpec;
import io.zenvoy.xds.model.SlotSpace;
import io.zenvoy.xds.model.TcpClaim;
import io.zenvoy.xds.model.TcpExposure;
import io.zenvoy.xds.serve.NodeKey;
import io.zenvoy.xds.serve.NodeKind;
import io.zenvoy.xds.serve.ResourceType;
import io.zenvoy.xds.workloads.WorkloadEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Services with more than one port, each of which has its own cluster and its own slot. */
class SeveralPortsTest {
  private static final ServicePort HTTP = new ServicePort("http", 80, Protocol.HTTP);
  private static final ServicePort ADMIN = new ServicePort("admin", 9090, Protocol.HTTP);

  private final TestingWorld world =
      new TestingWorld(new SlotSpace(Ipv4Network.parse("127.128.0.0/29"), new PortRange(1, 1)));

  @Test
  void aPortThatIsRenamedHasASlotThatNobodyElseGets() {
    change(HTTP, ADMIN);
    world.start();
    world.pass(Duration.ofSeconds(20));

    change(HTTP, new ServicePort("metrics", 9090, Protocol.HTTP));
    requireEachSlotOnce();
    world.pass(Duration.ofMinutes(6));
    for (int i = 0; i < 5; i++) {
      world.lifecycle.changed(new WorkloadEvent.ServiceChanged(TestingWorld.service("other-" + i)));
    }
    world.pass(Duration.ofSeconds(20));

    requireEachSlotOnce();
  }

  @Test
  void theNameOfAServiceKeepsItsSlotWhenAnotherPortBecomesTheFirst() {
    change(HTTP, ADMIN);
    world.start();
    world.pass(Duration.ofSeconds(20));
    Slot before = slots().get("hello");

    change(ADMIN, HTTP);

    requireEachSlotOnce();
    assertThat(slots()).containsEntry("hello", before);
  }

  @Test
  void aListenerPortStaysWithTheOlderServiceAndIsTheOthersWhenItIsFree() {
    claim("older", Instant.EPOCH, 5432);
    claim("newer", Instant.EPOCH.plusSeconds(1), 5432);
    world.start();
    assertThat(listeners()).containsExactly("5432 -> older");
    assertThat(world.told).containsExactly("port 5432 stays with default/older, not default/newer");
    assertThat(world.portConflicts).isEqualTo(1);

    claim("older", Instant.EPOCH, 5433);
    world.pass(Duration.ofSeconds(1));

    assertThat(listeners()).containsExactlyInAnyOrder("5433 -> older", "5432 -> newer");
    assertThat(world.told).hasSize(1);
    assertThat(world.portConflicts).isZero();
  }

  @Test
  void theOwnerOfAListenerThatAnEnvoyCantOpenIsTold() {
    claim("db", Instant.EPOCH, 5432);
    claim("other", Instant.EPOCH, 543);
    world.start();

    world.lifecycle.rejected(
        new NodeKey(NodeKind.ENVOY, "envoy-1"),
        ResourceType.LISTENER,
        "Error adding/updating listener(s) tcp-5432: cannot bind '0.0.0.0:5432': Permission denied");

    assertThat(world.told).containsExactly("default/db can't have port 5432 at envoy-1");
  }

  @Test
  void aListenerGoesBeforeItsClusterAndComesAfterIt() {
    claim("db", Instant.EPOCH, 5432);
    world.start();
    assertThat(listeners()).containsExactly("5432 -> db");

    world.lifecycle.changed(new WorkloadEvent.ServiceRemoved(new ServiceKey("default", "db")));
    world.lifecycle.tick();
    world.passInSilence(Duration.ofMillis(600));
    assertThat(listeners()).isEmpty();
    assertThat(world.publisher.at(NodeKind.ENVOY)).containsKey("db");
    world.pass(Duration.ofSeconds(1));
    assertThat(world.publisher.at(NodeKind.ENVOY)).doesNotContainKey("db");
  }

  @Test
  void aTlsNameStaysWithTheOlderServiceToo() {
    name("older", Instant.EPOCH, "a.example.com", "*.b.example.com");
    name("newer", Instant.EPOCH.plusSeconds(1), "a.example.com", "c.example.com");
    world.start();

    assertThat(world.publisher.entrances.tls())
        .extracting(route -> route.cluster().name() + " " + route.names())
        .containsExactly("older [a.example.com, *.b.example.com]", "newer [c.example.com]");
    assertThat(world.told)
        .containsExactly("a.example.com stays with default/older, not default/newer");
  }

  private void name(String service, Instant created, String... names) {
    ServicePort port = new ServicePort("tls", 443, Protocol.TCP);
    expose(service, created, port, new TcpExposure(List.of(), List.of(names), Optional.empty()));
  }

  private void claim(String service, Instant created, int listenerPort) {
    ServicePort port = new ServicePort("pg", 5432, Protocol.TCP);
    expose(
        service,
        created,
        port,
        new TcpExposure(List.of(new TcpClaim(listenerPort, port)), List.of(), Optional.empty()));
  }

  private void expose(String service, Instant created, ServicePort port, TcpExposure exposure) {
    world.lifecycle.changed(
        new WorkloadEvent.ServiceChanged(
            new ServiceSpec(
                new ServiceKey("default", service),
                "uid-" + service,
                created,
                workload(service),
                List.of(port),
                List.of(),
                Optional.empty(),
                exposure,
                new ServicePolicy(1, WINDOW, WAKE_TIMEOUT, 100, false, false, List.of()))));
    world.observed(service, 0, "v1");
  }

  private List<String> listeners() {
    return world.publisher.entrances.tcp().stream()
        .map(listener -> listener.port() + " -> " + listener.cluster().name())
        .toList();
  }

  private void requireEachSlotOnce() {
    assertThat(slots().values()).doesNotHaveDuplicates();
  }

  private Map<String, Slot> slots() {
    Map<String, Slot> slots = new HashMap<>();
    world
        .publisher
        .at(NodeKind.DAEMON)
        .forEach((name, assignment) -> slots.put(name, assignment.cluster().slot()));
    return slots;
  }

  private void change(ServicePort... ports) {
    world.lifecycle.changed(
        new WorkloadEvent.ServiceChanged(
            new ServiceSpec(
                new ServiceKey("default", "hello"),
                "uid-hello",
                Instant.EPOCH,
                workload("hello"),
                List.of(ports),
                List.of(),
                new ServicePolicy(1, WINDOW, WAKE_TIMEOUT, 100, false, false, List.of()))));
  }
}
