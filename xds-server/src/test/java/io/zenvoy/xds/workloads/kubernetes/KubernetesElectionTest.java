package io.zenvoy.xds.workloads.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.zenvoy.xds.workloads.Leadership;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KubernetesElectionTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final String LEASE =
      "/apis/coordination.k8s.io/v1/namespaces/home/leases/zenvoy-xds";
  private static final String SLICE =
      "/apis/discovery.k8s.io/v1/namespaces/home/endpointslices/zenvoy-xds-leader";

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final TestingApiServer server = new TestingApiServer();
  private final List<Leadership> won = new CopyOnWriteArrayList<>();
  private final AtomicInteger elections = new AtomicInteger();
  private final KubernetesConnection connection;
  private final KubernetesElection election;

  KubernetesElectionTest(@TempDir Path folder) {
    connection = KubernetesConnection.open(Optional.of(server.kubeconfig(folder)), registry);
    election =
        new KubernetesElection(
            new KubernetesApi(connection, registry),
            "home",
            new Candidate("zenvoy-xds-1", InetAddress.ofLiteral("10.1.2.3"), 18000),
            elections::incrementAndGet);
  }

  @AfterEach
  void close() {
    election.close();
    connection.close();
    server.close();
  }

  @Test
  void theFirstOneMakesTheLeaseAndPublishesItsAddressOnceItServes() {
    server.answering(404, "{}").answering(201, lease("1", "me"));
    election.start(won::add);
    await().atMost(PATIENCE).until(() -> won.size() == 1);

    assertThat(requests("POST").getFirst().body())
        .contains("\"holderIdentity\":\"zenvoy-xds-1_", "\"leaseDurationSeconds\":4");
    assertThat(paths()).noneMatch(SLICE::equals);
    assertThat(election.unready()).isEmpty();
    assertThat(election.writeLimit(Duration.ofMinutes(1)))
        .isBetween(Duration.ofMillis(1), LeaseTimes.DEFAULT.duration());

    await().atMost(PATIENCE).until(() -> elections.get() == 1);
    won.getFirst().serving();

    await().atMost(PATIENCE).until(() -> paths().contains(SLICE));
  }

  @Test
  void aStandbyIsReadyAndMayWriteNothing() {
    server.answering(200, lease("7", "zenvoy-xds-2_other"));
    election.start(won::add);

    await().atMost(PATIENCE).until(() -> election.unready().isEmpty());

    assertThat(election.writeLimit(Duration.ofSeconds(1))).isZero();
    assertThat(won).isEmpty();
    assertThat(elections).hasValue(0);
    assertThat(requests("PATCH")).isEmpty();
  }

  @Test
  void aLeaseWithoutAHolderIsTakenIfItHasNotChanged() {
    server.answering(200, lease("7", "")).answering(200, lease("8", "me"));
    election.start(won::add);

    await().atMost(PATIENCE).until(() -> won.size() == 1);

    TestingApiServer.Request take = requests("PATCH").getFirst();
    assertThat(take.path()).isEqualTo(LEASE);
    assertThat(take.contentType()).isEqualTo("application/merge-patch+json");
    assertThat(take.body())
        .contains("\"resourceVersion\":\"7\"", "\"leaseTransitions\":4", "\"holderIdentity\":");
  }

  @Test
  void aLeaderRenewsAgainBeforeItsRenewalsAreAnswered() {
    server.answering(404, "{}").echoing(201);
    election.start(won::add);

    await().atMost(PATIENCE).until(() -> requests("PATCH").size() >= 2);

    TestingApiServer.Request renewal = requests("PATCH").getFirst();
    assertThat(renewal.path()).isEqualTo(LEASE);
    assertThat(renewal.contentType()).isEqualTo("application/json-patch+json");
    assertThat(renewal.body())
        .contains(
            "\"op\":\"test\"", "\"path\":\"/spec/holderIdentity\"", "\"value\":\"zenvoy-xds-1_")
        .contains("\"path\":\"/spec/renewTime\"");
  }

  @Test
  void aLeaderThatEndsGivesTheLeaseUp() {
    server.answering(404, "{}").echoing(201);
    election.start(won::add);
    await().atMost(PATIENCE).until(() -> won.size() == 1);

    election.close();

    assertThat(requests("PATCH").getLast().body()).contains("\"remove\"", "/spec/holderIdentity");
    assertThat(won.getFirst().holds()).isFalse();
  }

  @Test
  void whoMayNotTakeTheLeaseThatIsFreeIsNotReady() {
    for (int time = 0; time < 20; time++) {
      server.answering(200, lease("7", "")).answering(403, "{}");
    }
    election.start(won::add);

    await().atMost(PATIENCE).until(() -> requests("PATCH").size() >= 2);

    assertThat(election.unready()).contains("HTTP 403");
    assertThat(won).isEmpty();
  }

  @Test
  void withoutTheRightToReadTheLeaseItIsNotReadyAndSaysWhy() {
    for (int time = 0; time < 20; time++) {
      server.answering(403, "{}");
    }
    election.start(won::add);

    await().atMost(PATIENCE).until(() -> election.unready().contains("HTTP 403"));
    assertThat(won).isEmpty();
  }

  private List<String> paths() {
    return server.requests().stream().map(TestingApiServer.Request::path).toList();
  }

  private List<TestingApiServer.Request> requests(String method) {
    return server.requests().stream().filter(one -> one.method().equals(method)).toList();
  }

  private static String lease(String version, String holder) {
    return """
        {"apiVersion":"coordination.k8s.io/v1","kind":"Lease",
         "metadata":{"name":"zenvoy-xds","namespace":"home","resourceVersion":"%s"},
         "spec":{"leaseDurationSeconds":4,"leaseTransitions":3,%s
                 "renewTime":"2026-11-23T21:00:00.123456Z"}}"""
        .formatted(version, holder.isEmpty() ? "" : "\"holderIdentity\":\"" + holder + "\",");
  }
}
