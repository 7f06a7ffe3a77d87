package io.zenvoy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Service;
import io.zenvoy.it.faults.Packets;
import io.zenvoy.it.kube.Kubelet;
import io.zenvoy.it.kube.Permissions;
import io.zenvoy.xds.model.WorkloadKey;
import io.zenvoy.xds.model.WorkloadKey.Kind;
import io.zenvoy.xds.workloads.ScaleOutcome;
import io.zenvoy.xds.workloads.WorkloadEvent.Synced;
import io.zenvoy.xds.workloads.WorkloadEvent.WorkloadObserved;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Connections to the API server die without a word, while new ones can be made. */
@ExtendWith({KubernetesAdapter.PerTest.class, FailureLogs.class})
class SilentConnectionsIT {
  private static final Logger LOG = LoggerFactory.getLogger(SilentConnectionsIT.class);
  private static final Duration PATIENCE = KubernetesAdapter.PATIENCE;

  /** Five seconds on an idle machine; TCP alone would take minutes. */
  private static final Duration BOUND = Duration.ofSeconds(20);

  private static final int WATCHES = 4;

  private final KubernetesAdapter adapter;
  private final Service service;

  SilentConnectionsIT(KubernetesAdapter adapter) {
    this.adapter = adapter;
    this.service = adapter.makeService("echo");
    adapter.makeDeployment("echo", 1);
    adapter.makeService("set");
    adapter.makeStatefulSet("set", 1);
  }

  @Test
  void eachWatchThatDiesAloneIsBegunAnew() {
    try (Kubelet _ = adapter.startKubelet()) {
      List<Packets> dropped = new ArrayList<>();
      try {
        int replicas = 1;
        for (int port : startAndSettle()) {
          dropped.add(Packets.droppedOf(Set.of(port)));
          changeEverythingAndAwaitIt(++replicas);
        }
      } finally {
        dropped.forEach(Packets::close);
      }
      assertThat(silences()).isGreaterThanOrEqualTo(WATCHES);
    }
  }

  @Test
  void allConnectionsMayDieAtOnce() {
    try (Kubelet _ = adapter.startKubelet()) {
      Set<Integer> ports = startAndSettle();
      WorkloadObserved before = adapter.lastObserved(adapter.deployment("echo"));
      try (Packets _ = Packets.droppedOf(ports)) {
        long dropped = System.nanoTime();
        await("a write over a new connection")
            .atMost(BOUND)
            .until(() -> adapter.scale(before, 0), new ScaleOutcome.Scaled()::equals);
        LOG.info("carried out {} s after all was silent", secondsSince(dropped));
        changeEverythingAndAwaitIt(3);
      }
      assertThat(silences()).isGreaterThanOrEqualTo(WATCHES);
    }
  }

  private Set<Integer> startAndSettle() {
    Permissions.grantIn(adapter.cluster(), adapter.namespace(), "zenvoy");
    adapter.start(adapter.cluster().severableKubeconfigFor(adapter.namespace(), "zenvoy"));
    await().atMost(PATIENCE).until(() -> adapter.events().contains(new Synced()));
    await("a connection for each watch, and one for everything else")
        .atMost(PATIENCE)
        .until(() -> connections().size() > WATCHES);
    return connections();
  }

  /** What every watch has to tell changes; it is told in time. */
  private void changeEverythingAndAwaitIt(int replicas) {
    long changed = System.nanoTime();
    WorkloadKey set = new WorkloadKey(Kind.STATEFULSET, adapter.namespace(), "set");
    var apps = adapter.client().apps();
    apps.deployments().inNamespace(adapter.namespace()).withName("echo").scale(replicas);
    apps.statefulSets().inNamespace(adapter.namespace()).withName("set").scale(replicas);
    adapter.annotate(service, "replicas", Integer.toString(replicas));
    await("all changes to %d".formatted(replicas))
        .atMost(BOUND)
        .untilAsserted(
            () -> {
              assertThat(adapter.lastObserved(adapter.deployment("echo")).replicas())
                  .isEqualTo(replicas);
              assertThat(adapter.lastObserved(set).replicas()).isEqualTo(replicas);
              assertThat(adapter.told("echo").getLast().service().policy().replicas())
                  .isEqualTo(replicas);
              assertThat(adapter.readyEndpoints("echo")).isEqualTo(replicas);
            });
    LOG.info("all changes to {} seen after {} s", replicas, secondsSince(changed));
  }

  private Set<Integer> connections() {
    return Packets.connectedTo("127.0.0.1", adapter.cluster().apiPort());
  }

  private double silences() {
    return adapter.registry().find("zenvoy_kubernetes_silences").counters().stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }

  private static String secondsSince(long nanoTime) {
    return "%.1f".formatted((System.nanoTime() - nanoTime) / 1e9);
  }
}
