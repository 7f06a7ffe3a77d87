package io.zenvoy.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.zenvoy.it.faults.ControlPlanePair.Member;
import io.zenvoy.it.stack.StackSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Open TCP sessions outlive their leader, whether they are silent or not. */
@Tag("faults")
class TcpLeaderFaultsIT extends TcpFaultStack {
  private static final int SERVICES = 10;
  private static final int RELAYED = 5;
  private static final int DIRECT = 5;
  private static final Duration BETWEEN_QUESTIONS = Duration.ofMillis(200);
  private static final Duration THREE_WINDOWS = Duration.ofSeconds(3);

  @Override
  StackSettings settings() {
    return super.settings().withElection();
  }

  @Test
  void sessionsAreNotCutByTheDeathOfTheLeader() throws IOException {
    ControlPlanePair pair = new ControlPlanePair(stack);
    List<TcpService> services = makeTcp("held", SERVICES, SLEEPS_SOON);
    try (FaultRun run = begin(Fault.TCP_LEADER_KILLED)) {
      TcpClients clients = new TcpClients(run.tally());
      List<TcpSession> sessions = open(run, clients, services, RELAYED);
      services.forEach(this::awaitPodsAtEnvoy);
      sessions.addAll(open(run, clients, services, DIRECT));
      double relayed = services.stream().mapToDouble(service -> relayed(service.name())).sum();
      run.note("%d sessions, of which the daemon relays %.0f".formatted(sessions.size(), relayed));
      assertThat(relayed).isEqualTo(SERVICES * RELAYED);
      int rounds = FaultSize.of(1, 5);
      for (int round = 0; round < rounds; round++) {
        Member former = pair.leader();
        AtomicBoolean over = new AtomicBoolean();
        List<CompletableFuture<Void>> asking =
            sessions.stream()
                .filter(session -> services.indexOf(session.service()) < SERVICES / 2)
                .map(session -> run.clients().later(() -> askOn(clients, session, over)))
                .toList();
        former.program().process().kill();
        run.step("the leader is killed");
        pair.other(former).awaitLead();
        hold(THREE_WINDOWS);
        over.set(true);
        asking.forEach(CompletableFuture::join);
        sessions.forEach(clients::askAgain);
        pair.requireStandsBy(pair.restart(former));
      }
      run.note("changes of leaders: " + rounds);
      for (TcpSession session : sessions) {
        session.close();
      }
      run.requireServed();
      names(services).forEach(workloads::awaitAsleep);
    }
  }

  private static List<TcpSession> open(
      FaultRun run, TcpClients clients, List<TcpService> services, int each) {
    Queue<TcpSession> opened = new ConcurrentLinkedQueue<>();
    List<CompletableFuture<Void>> opening =
        services.stream()
            .flatMap(service -> IntStream.range(0, each).mapToObj(number -> service))
            .map(service -> run.clients().later(() -> clients.open(service).ifPresent(opened::add)))
            .toList();
    opening.forEach(CompletableFuture::join);
    return new ArrayList<>(opened);
  }

  private static void askOn(TcpClients clients, TcpSession session, AtomicBoolean over) {
    while (!over.get() && clients.askAgain(session)) {
      hold(BETWEEN_QUESTIONS);
    }
  }
}
