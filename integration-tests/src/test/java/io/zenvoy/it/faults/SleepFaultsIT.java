package io.zenvoy.it.faults;

import static org.awaitility.Awaitility.await;

import io.zenvoy.it.downstream.WebSocketDownstream;
import io.zenvoy.it.envoy.Envoy;
import io.zenvoy.it.envoy.EnvoyBootstrap;
import io.zenvoy.it.envoy.XdsVariant;
import io.zenvoy.it.faults.Clients.Load;
import io.zenvoy.it.faults.Clients.Mode;
import io.zenvoy.it.kube.Services;
import io.zenvoy.it.upstream.EchoUpstream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Nothing is lost by going to sleep, and nothing sleeps that is in use or unknown. */
@Tag("faults")
class SleepFaultsIT extends FaultStack {
  private static final Map<String, String> SLEEPS_SOON = Map.of("scale-to-zero-after", "1s");

  /** A WebSocket that is open, and whose it is. */
  private record Open(String service, WebSocketDownstream socket) {}

  @Test
  void requestsInTheInstantOfTheScaleDownAreAnswered() throws Exception {
    int atATime = 4;
    int requests = FaultSize.of(400, 10_000);
    List<String> names = makeAsleep("drained", FaultSize.of(16, 40), SLEEPS_SOON);
    try (FaultRun run = FaultRun.of(Fault.SCALE_DOWN_REQUESTS, stack);
        ScaleDownAim aim =
            new ScaleDownAim(
                stack.xdsServer().process(),
                Set.copyOf(names),
                requests / atATime,
                service ->
                    run.clients().askLater(service, atATime).forEach(CompletableFuture::join))) {
      wake(run, names);
      run.step("aiming");
      aim.await(Duration.ofMinutes(FaultSize.of(2, 20)));
      run.note(aim.describe());
      run.requireServed();
    }
  }

  @Test
  void webSocketsInTheInstantOfTheScaleDownOpenAndStay() throws Exception {
    int each = FaultSize.of(10, 25);
    List<String> names = makeAsleep("socketed", FaultSize.of(16, 40), SLEEPS_SOON);
    Queue<Open> sockets = new ConcurrentLinkedQueue<>();
    try (FaultRun run = FaultRun.of(Fault.SCALE_DOWN_WEBSOCKETS, stack);
        ScaleDownAim aim =
            new ScaleDownAim(
                stack.xdsServer().process(),
                Set.copyOf(names),
                names.size(),
                service -> openAtOnce(run, service, each, sockets))) {
      wake(run, names);
      aim.await(PATIENCE);
      run.note(aim.describe());
      run.note(sockets.size() + " WebSockets open together");
      hold(Duration.ofSeconds(3));
      sockets.forEach(open -> run.clients().exchangeAgain(open.socket(), open.service()));
      for (Open open : sockets) {
        open.socket().close();
      }
      run.requireServed();
    }
  }

  @Test
  void silentStreamsKeepTheirServiceAwake() throws IOException {
    EchoUpstream upstream = EchoUpstream.on(Services.CONTAINER_PORT);
    stack.kubelet().runtime(upstream);
    List<String> names = makeAsleep("silent", 2, SLEEPS_SOON);
    String sockets = names.getFirst();
    String polls = names.getLast();
    List<WebSocketDownstream> open = new ArrayList<>();
    try (FaultRun run = FaultRun.of(Fault.SILENT_STREAMS, stack)) {
      for (int number = 0; number < 10; number++) {
        run.clients().openWebSocket(sockets).ifPresent(open::add);
      }
      List<CompletableFuture<Void>> answers = new ArrayList<>();
      for (int number = 0; number < 10; number++) {
        answers.add(run.clients().later(() -> run.clients().ask(polls, "/hold")));
      }
      await().atMost(PATIENCE).until(() -> upstream.held() == 10);
      Duration silence = Duration.ofSeconds(FaultSize.of(6, 30));
      run.note(
          "silent for " + silence.toSeconds() + " windows, in which the long polls' waits are");
      requireNoneSleeps(names, silence);
      for (WebSocketDownstream socket : open) {
        run.clients().exchangeAgain(socket, sockets);
        socket.close();
      }
      upstream.release();
      answers.forEach(CompletableFuture::join);
      run.requireServed();
      names.forEach(workloads::awaitAsleep);
    }
  }

  @Test
  void nothingSleepsWhileAnEnvoyTellsNothing() {
    List<String> names = makeAsleep("unheard", 4, SLEEPS_SOON);
    EnvoyBootstrap bootstrap =
        EnvoyBootstrap.of(stack.xds().port(), XdsVariant.DELTA).withNodeId("envoy-unheard");
    try (StallingRelay relay = new StallingRelay(stack.xds());
        FaultRun run = FaultRun.of(Fault.METRICS_CUT, stack);
        Envoy _ =
            Envoy.start("SleepFaultsIT", bootstrap.withMetrics(relay.address())).awaitLive()) {
      wake(run, names);
      run.step("both Envoys are heard");
      names.forEach(workloads::awaitAsleep);
      Load load = run.clients().load(names, 2, Mode.ONE_EACH, Duration.ofMillis(50));
      hold(Duration.ofSeconds(1));
      relay.stall();
      run.step("its metrics are cut");
      hold(Duration.ofSeconds(2));
      load.stop();
      Duration unheard = Duration.ofSeconds(FaultSize.of(6, 60));
      run.note("awake for " + unheard.toSeconds() + " s without metrics and without requests");
      requireNoneSleeps(names, unheard);
      relay.resume();
      run.step("its metrics are back");
      names.forEach(workloads::awaitAsleep);
      wake(run, names);
      run.requireServed();
    }
  }

  @Test
  void nothingSleepsWhileTwoEnvoysHaveOneName() {
    List<String> names = makeAsleep("doubled", 4, SLEEPS_SOON);
    EnvoyBootstrap bootstrap = EnvoyBootstrap.of(stack.xds().port(), XdsVariant.DELTA);
    try (FaultRun run = FaultRun.of(Fault.NODE_ID_TWICE, stack)) {
      try (Envoy _ = Envoy.start("SleepFaultsIT-twin", bootstrap).awaitLive()) {
        Load load = run.clients().load(names, 2, Mode.ONE_EACH, Duration.ofMillis(50));
        hold(Duration.ofSeconds(2));
        load.stop();
        requireNoneSleeps(names, Duration.ofSeconds(FaultSize.of(6, 60)));
        await("their owners are told")
            .atMost(PATIENCE)
            .until(() -> names.stream().allMatch(name -> isWarnedOf(name, bootstrap.nodeId())));
        requireNoneSleeps(names, Duration.ofSeconds(1));
      }
      run.step("one is gone");
      names.forEach(workloads::awaitAsleep);
      wake(run, names);
      run.requireServed();
    }
  }

  private void openAtOnce(FaultRun run, String service, int count, Queue<Open> sockets) {
    List<CompletableFuture<Void>> opening =
        IntStream.range(0, count)
            .mapToObj(number -> run.clients().later(() -> open(run, service, sockets)))
            .toList();
    opening.forEach(CompletableFuture::join);
  }

  private static void open(FaultRun run, String service, Queue<Open> sockets) {
    Optional<WebSocketDownstream> socket = run.clients().openWebSocket(service);
    socket.ifPresent(open -> sockets.add(new Open(service, open)));
  }

  private boolean isWarnedOf(String service, String what) {
    return stack.cluster().warnings(stack.namespace(), service).stream()
        .anyMatch(event -> event.getMessage().contains(what));
  }
}
