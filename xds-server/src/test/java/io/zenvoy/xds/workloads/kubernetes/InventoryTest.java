package io.zenvoy.xds.workloads.kubernetes;

import static io.zenvoy.xds.workloads.kubernetes.TestingServices.ECHO;
import static org.assertj.core.api.Assertions.assertThat;

import io.zenvoy.common.HostPort;
import io.zenvoy.xds.model.Endpoints;
import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.model.WorkloadKey;
import io.zenvoy.xds.model.WorkloadKey.Kind;
import io.zenvoy.xds.workloads.WorkloadEvent;
import io.zenvoy.xds.workloads.WorkloadEvent.EndpointsChanged;
import io.zenvoy.xds.workloads.WorkloadEvent.ServiceChanged;
import io.zenvoy.xds.workloads.WorkloadEvent.ServiceRemoved;
import io.zenvoy.xds.workloads.WorkloadEvent.Synced;
import io.zenvoy.xds.workloads.WorkloadEvent.WorkloadFailed;
import io.zenvoy.xds.workloads.WorkloadEvent.WorkloadMissing;
import io.zenvoy.xds.workloads.WorkloadEvent.WorkloadObserved;
import io.zenvoy.xds.workloads.WorkloadEvent.WorkloadRecovered;
import io.zenvoy.xds.workloads.kubernetes.ObservedSlice.Family;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class InventoryTest {
  private static final WorkloadKey DEPLOYMENT = new WorkloadKey(Kind.DEPLOYMENT, "default", "echo");
  private static final WorkloadKey STATEFULSET =
      new WorkloadKey(Kind.STATEFULSET, "default", "echo");
  private static final ObservedSlice SLICE =
      new ObservedSlice(
          Family.IPV4,
          List.of(new ObservedSlice.Port("http", 8080)),
          List.of("10.0.0.1"),
          List.of());
  private static final Map<String, Endpoints> ENDPOINTS =
      Map.of("http", new Endpoints(List.of(new HostPort("10.0.0.1", 8080)), List.of()));

  private final List<WorkloadEvent> events = new ArrayList<>();
  private final Map<ServiceKey, List<String>> problems = new TreeMap<>();
  private final ManagedWorkloads managed = new ManagedWorkloads();
  private final Inventory inventory =
      new Inventory(
          new ServiceParser(TestingServices.DEFAULTS, TestingServices.TAKEN_PORTS),
          new ExposedPorts(10_443),
          wanted -> {},
          problems::put,
          managed,
          events::add);

  @Test
  void nothingIsToldBeforeEverythingIsKnown() {
    inventory.serviceObserved(TestingServices.optedIn());
    inventory.endpointsObserved(ECHO, "slice/a", List.of(SLICE));
    inventory.workloadObserved(workload(STATEFULSET, 1, "7", ""));
    assertThat(events).isEmpty();

    inventory.synced();

    assertThat(events)
        .containsExactly(
            changed(TestingServices.optedIn(), STATEFULSET),
            new WorkloadObserved(STATEFULSET, 1, "7"),
            new EndpointsChanged(ECHO, ENDPOINTS),
            new Synced());
  }

  @Test
  void aServiceThatOptsInLaterIsToldWithAllThatIsKnown() {
    inventory.workloadObserved(workload(DEPLOYMENT, 2, "7", ""));
    inventory.endpointsObserved(ECHO, "slice/a", List.of(SLICE));
    inventory.synced();

    inventory.serviceObserved(TestingServices.optedIn());

    assertThat(events)
        .containsExactly(
            new Synced(),
            changed(TestingServices.optedIn(), DEPLOYMENT),
            new WorkloadObserved(DEPLOYMENT, 2, "7"),
            new EndpointsChanged(ECHO, ENDPOINTS));
  }

  @Test
  void theSameObservationTellsNothingNew() {
    managedAndSynced();

    inventory.serviceObserved(TestingServices.optedIn());
    inventory.workloadObserved(workload(DEPLOYMENT, 0, "1", ""));
    inventory.endpointsObserved(ECHO, "slice/a", List.of());

    assertThat(events).isEmpty();
  }

  @Test
  void slicesComeAndGoOneByOne() {
    managedAndSynced();

    inventory.endpointsObserved(ECHO, "slice/a", List.of(SLICE));
    inventory.endpointsObserved(ECHO, "slice/b", List.of(SLICE));
    inventory.endpointsObserved(ECHO, "slice/a", List.of());
    inventory.endpointsObserved(ECHO, "slice/b", List.of());

    assertThat(events)
        .containsExactly(
            new EndpointsChanged(ECHO, ENDPOINTS), new EndpointsChanged(ECHO, Map.of()));
  }

  @Test
  void everyVersionOfAManagedWorkloadIsToldAndItsEnd() {
    managedAndSynced();

    inventory.workloadObserved(workload(DEPLOYMENT, 0, "2", ""));
    inventory.workloadObserved(workload(DEPLOYMENT, 3, "3", ""));
    inventory.workloadGone(DEPLOYMENT);

    assertThat(events)
        .containsExactly(
            new WorkloadObserved(DEPLOYMENT, 0, "2"),
            new WorkloadObserved(DEPLOYMENT, 3, "3"),
            new WorkloadMissing(DEPLOYMENT));
  }

  @Test
  void workloadsThatNobodyNamesAreNotTold() {
    managedAndSynced();

    WorkloadKey other = new WorkloadKey(Kind.DEPLOYMENT, "default", "other");
    inventory.workloadObserved(workload(other, 1, "1", "quota"));
    inventory.workloadGone(other);

    assertThat(events).isEmpty();
    assertThat(managed.contains(other)).isFalse();
  }

  @Test
  void aFailureIsToldOnceAndSoIsItsEnd() {
    managedAndSynced();

    inventory.workloadObserved(workload(DEPLOYMENT, 1, "2", "quota"));
    inventory.workloadObserved(workload(DEPLOYMENT, 1, "3", "quota"));
    inventory.workloadObserved(workload(DEPLOYMENT, 1, "4", ""));
    inventory.workloadObserved(workload(DEPLOYMENT, 1, "5", "quota"));

    assertThat(events)
        .filteredOn(event -> event instanceof WorkloadFailed || event instanceof WorkloadRecovered)
        .containsExactly(
            new WorkloadFailed(DEPLOYMENT, "quota"),
            new WorkloadRecovered(DEPLOYMENT),
            new WorkloadFailed(DEPLOYMENT, "quota"));
  }

  @Test
  void theWorkloadOfTheServicesNameIsFoundAgainWhenOneAppearsOrVanishes() {
    inventory.serviceObserved(TestingServices.optedIn());
    inventory.synced();
    events.clear();

    inventory.workloadObserved(workload(STATEFULSET, 0, "1", ""));
    assertThat(events)
        .containsExactly(
            changed(TestingServices.optedIn(), STATEFULSET),
            new WorkloadObserved(STATEFULSET, 0, "1"));
    assertThat(managed.contains(DEPLOYMENT)).isFalse();

    events.clear();
    inventory.workloadGone(STATEFULSET);
    assertThat(events)
        .containsExactly(
            changed(TestingServices.optedIn(), DEPLOYMENT), new WorkloadMissing(DEPLOYMENT));
    assertThat(managed.contains(STATEFULSET)).isFalse();
  }

  @Test
  void aBadAnnotationKeepsTheLastGoodConfiguration() {
    managedAndSynced();

    inventory.serviceObserved(TestingServices.annotated("replicas", "0"));

    assertThat(events).isEmpty();
    assertThat(problems.get(ECHO)).hasSize(1);
    assertThat(managed.contains(DEPLOYMENT)).isTrue();

    inventory.serviceObserved(TestingServices.annotated("replicas", "2"));
    assertThat(problems.get(ECHO)).isEmpty();
    assertThat(events).singleElement().isInstanceOf(ServiceChanged.class);
  }

  @Test
  void aServiceThatNeverWasGoodIsNotManaged() {
    inventory.serviceObserved(TestingServices.annotated("replicas", "0"));
    inventory.synced();

    assertThat(events).containsExactly(new Synced());
    assertThat(problems.get(ECHO)).hasSize(1);
    assertThat(managed.contains(DEPLOYMENT)).isFalse();
  }

  @Test
  void aServiceThatWasMadeAgainDoesNotInheritTheLastGoodConfiguration() {
    managedAndSynced();

    inventory.serviceObserved(
        TestingServices.withUid(TestingServices.annotated("replicas", "0"), "another"));

    assertThat(events).containsExactly(new ServiceRemoved(ECHO));
    assertThat(managed.contains(DEPLOYMENT)).isFalse();
  }

  @Test
  void optingOutOrVanishingReleasesTheWorkload() {
    managedAndSynced();
    inventory.serviceObserved(TestingServices.annotated("enabled", "false"));
    assertThat(events).containsExactly(new ServiceRemoved(ECHO));
    assertThat(managed.contains(DEPLOYMENT)).isFalse();

    inventory.serviceObserved(TestingServices.optedIn());
    events.clear();
    inventory.serviceGone(ECHO);
    inventory.serviceGone(ECHO);
    assertThat(events).containsExactly(new ServiceRemoved(ECHO));
  }

  @Test
  void aWorkloadStaysManagedAsLongAsOneServiceNamesIt() {
    managedAndSynced();
    ServiceKey second = new ServiceKey("default", "second");
    inventory.serviceObserved(
        TestingServices.annotated(second, Map.of("target", "deployment/echo")));

    inventory.serviceGone(ECHO);
    assertThat(managed.contains(DEPLOYMENT)).isTrue();

    inventory.serviceGone(second);
    assertThat(managed.contains(DEPLOYMENT)).isFalse();
  }

  @Test
  void aWorkloadThatTurnsOutToBeZenvoysOwnIsReleasedAndTakenBackWhenItIsNot() {
    managedAndSynced();

    inventory.workloadObserved(new ObservedWorkload(DEPLOYMENT, 1, "2", "zenvoy-proxy", "", ""));

    assertThat(events).containsExactly(new ServiceRemoved(ECHO));
    assertThat(problems.get(ECHO)).containsExactly(OwnWorkloads.PROBLEM);
    assertThat(managed.contains(DEPLOYMENT)).isFalse();

    events.clear();
    inventory.workloadObserved(workload(DEPLOYMENT, 1, "3", ""));
    assertThat(events.getFirst()).isInstanceOf(ServiceChanged.class);
    assertThat(problems.get(ECHO)).isEmpty();
  }

  @Test
  void aTargetThatIsZenvoysOwnByNameIsRefusedEvenWhileItDoesNotExist() {
    inventory.serviceObserved(TestingServices.annotated("target", "deployment/zenvoy-xds"));
    inventory.synced();

    assertThat(events).containsExactly(new Synced());
    assertThat(problems.get(ECHO)).containsExactly(OwnWorkloads.PROBLEM);
  }

  @Test
  void aListenerThatEnvoysOwnServiceDoesNotLeadToIsToldUntilItDoes() {
    inventory.workloadObserved(workload(DEPLOYMENT, 0, "1", ""));
    inventory.serviceObserved(TestingServices.annotated("tcp", "5432"));
    inventory.synced();
    assertThat(problems.get(ECHO)).as("there is no such Service").isEmpty();

    inventory.serviceObserved(proxy(new ObservedService.Port("http", 10_000, "TCP", "")));
    assertThat(problems.get(ECHO))
        .containsExactly(
            "zenvoy.io/tcp: the Service zenvoy-proxy leads nobody to the listener port 5432"
                + " (expected: a port of it with targetPort 5432)");

    inventory.serviceObserved(proxy(new ObservedService.Port("pg", 15_432, "TCP", "", 5432)));
    assertThat(problems.get(ECHO)).isEmpty();

    inventory.serviceObserved(proxy(new ObservedService.Port("pg", 5432, "TCP", "", 1)));
    assertThat(problems.get(ECHO)).hasSize(1);
    inventory.serviceGone(new ServiceKey("default", "zenvoy-proxy"));
    assertThat(problems.get(ECHO)).isEmpty();
  }

  private static ObservedService proxy(ObservedService.Port port) {
    return new ObservedService(
        new ServiceKey("default", "zenvoy-proxy"),
        "uid-of-proxy",
        Instant.EPOCH,
        Map.of(),
        false,
        true,
        List.of(port));
  }

  private void managedAndSynced() {
    inventory.serviceObserved(TestingServices.optedIn());
    inventory.workloadObserved(workload(DEPLOYMENT, 0, "1", ""));
    inventory.synced();
    assertThat(managed.contains(DEPLOYMENT)).isTrue();
    events.clear();
  }

  private static ServiceChanged changed(ObservedService service, WorkloadKey workload) {
    return new ServiceParser(TestingServices.DEFAULTS, TestingServices.TAKEN_PORTS).parse(service)
            instanceof ParsedService.Declared(ServiceDeclaration declaration, List<String> notices)
        ? new ServiceChanged(declaration.scaling(workload, Optional.empty()))
        : org.junit.jupiter.api.Assertions.fail("not valid: " + service);
  }

  private static ObservedWorkload workload(
      WorkloadKey key, int replicas, String version, String failure) {
    return new ObservedWorkload(key, replicas, version, "echo", failure, "");
  }
}
