package io.zenvoy.it.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zenvoy.it.downstream.Psql;
import io.zenvoy.it.kube.Services;
import io.zenvoy.it.upstream.PostgresUpstream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Faults under connections of Envoy's TCP listeners, which nobody can repeat as if they were
 * requests.
 */
@Tag("faults")
class TcpFaultsIT extends TcpFaultStack {
  private static final Duration STAY = Duration.ofMillis(300);

  @Test
  void connectionsInTheInstantOfTheScaleDownAreAnswered() throws Exception {
    int connections = FaultSize.of(60, 1_000);
    List<TcpService> services = makeTcp("drained", FaultSize.of(12, 40), SLEEPS_SOON);
    try (FaultRun run = begin(Fault.TCP_SCALE_DOWN)) {
      TcpClients clients = new TcpClients(run.tally());
      try (ScaleDownAim aim =
          new ScaleDownAim(
              stack.xdsServer().process(),
              Set.copyOf(names(services)),
              connections,
              name -> clients.visit(named(services, name), STAY))) {
        services.stream()
            .map(service -> run.clients().later(() -> clients.visit(service, Duration.ZERO)))
            .toList()
            .forEach(CompletableFuture::join);
        run.step("aiming");
        aim.await(Duration.ofMinutes(FaultSize.of(3, 20)));
        run.note(aim.describe());
      }
      run.requireServed();
    }
  }

  @Test
  void silentSessionsOfPsqlGoOn() throws IOException {
    int sessions = 6;
    TcpService database =
        makeTcp("database", Map.of("scale-to-zero-after", "1s", "protocol", "postgres"));
    List<Psql> open = new ArrayList<>();
    try (FaultRun run = begin(Fault.TCP_SILENT_SESSIONS)) {
      stack.kubelet().runtime(PostgresUpstream.on("TcpFaultsIT", Services.CONTAINER_PORT));
      open.add(Psql.open(database.listener().port()));
      ask(
          run,
          open.getFirst(),
          "create temp table mine as select 1000 as n; select n from mine",
          0);
      awaitPodsAtEnvoy(database);
      for (int number = 1; number < sessions; number++) {
        open.add(Psql.open(database.listener().port()));
        ask(
            run,
            open.get(number),
            "create temp table mine as select 1000 + %d as n; select n from mine".formatted(number),
            number);
      }
      run.note(
          "%d sessions, of which the daemon relays %.0f".formatted(sessions, relayed("database")));
      Duration silence = Duration.ofSeconds(FaultSize.of(3, 30));
      run.note("silent for " + silence.toSeconds() + " windows");
      requireNoneSleeps(List.of("database"), silence);
      for (int number = 0; number < sessions; number++) {
        ask(run, open.get(number), "select n from mine", number);
      }
      run.requireServed();
    } finally {
      open.forEach(Psql::close);
    }
    workloads.awaitAsleep("database");
  }

  @Test
  void aLongCopyIsNotCutByAKilledControlPlane() throws IOException {
    long length = FaultSize.of(200, 2_000) * 1_000_000L;
    TcpService service = makeTcp("copied", SLEEPS_SOON);
    LongStream.Manner paced =
        new LongStream.Manner() {
          @Override
          public void afterBlock() {
            hold(Duration.ofMillis(2));
          }
        };
    try (FaultRun run = begin(Fault.TCP_COPY_CONTROL_PLANE_KILLED)) {
      stack.kubelet().runtime(upstream(LongStream.server()));
      try (LongStream relayed = LongStream.start(service, run.tally(), Long.MAX_VALUE, paced)) {
        awaitPodsAtEnvoy(service);
        try (LongStream direct = LongStream.start(service, run.tally(), Long.MAX_VALUE, paced)) {
          List<LongStream> streams = List.of(relayed, direct);
          awaitProgress(streams);
          assertThat(relayed("copied")).as("relayed by the daemon").isEqualTo(1);
          int kills = FaultSize.of(1, 5);
          for (int kill = 0; kill < kills; kill++) {
            stack.xdsServer().process().kill();
            run.step("xds-server is killed");
            awaitProgress(streams);
            stack.startXdsServer().awaitReady();
            await("Envoy and the daemon are back")
                .atMost(PATIENCE)
                .until(() -> controlPlaneMetric("zenvoy_xds_clients") == 2);
            requireNoneSleeps(List.of("copied"), Duration.ofSeconds(3));
            awaitProgress(streams);
          }
          assertThat(relayed("copied")).as("relayed by the daemon").isEqualTo(1);
          streams.forEach(stream -> stream.end(length));
          streams.forEach(LongStream::judge);
          run.note(
              "kills: %d; %d MB there and back by the daemon, %d MB straight"
                  .formatted(kills, relayed.sent() / 1_000_000, direct.sent() / 1_000_000));
        }
      }
      run.requireServed();
    }
  }

  private static TcpService named(List<TcpService> services, String name) {
    return services.stream()
        .filter(service -> service.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  /** Waits until each has carried another megabyte. */
  private static void awaitProgress(List<LongStream> streams) {
    for (LongStream stream : streams) {
      long before = stream.received();
      await().atMost(PATIENCE).until(() -> stream.received() > before + 1_000_000);
    }
  }

  private static void ask(FaultRun run, Psql psql, String statements, int number)
      throws IOException {
    run.tally().sent();
    long start = System.nanoTime();
    String answer = psql.ask(statements);
    if (answer.equals(Integer.toString(1000 + number))) {
      run.tally().right(Duration.ofNanos(System.nanoTime() - start));
    } else {
      run.tally().wrong(Outcome.LOST, "session " + number + ": " + answer);
    }
  }
}
