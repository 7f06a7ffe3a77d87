package io.zenvoy.it.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zenvoy.it.envoy.Envoy;
import io.zenvoy.it.envoy.EnvoyBootstrap;
import io.zenvoy.it.envoy.XdsVariant;
import io.zenvoy.it.faults.TcpService.Opening;
import io.zenvoy.it.upstream.Gate;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The bytes that the daemon relays are exact, and it keeps nothing of a connection that has ended.
 *
 * <p>A connection straight to a slot is the daemon's in every phase; it has the pods of a service
 * that is awake. A connection through Envoy is relayed for as long as it lasts if it was opened
 * while its service was asleep, and every one is that comes through an Envoy that learns nothing
 * any more since then. How much it has relayed the daemon tells, so that none can have gone around
 * it.
 */
@Tag("faults")
class RelayFaultsIT extends TcpFaultStack {
  private static final String CONNECTIONS = "zenvoy_tproxy_relayed_connections_total";
  private static final String ACTIVE = "zenvoy_tproxy_relayed_connections_active";
  private static final String BYTES = "zenvoy_tproxy_relayed_bytes_total";
  private static final long GIBIBYTE = 1L << 30;
  private static final int CLIENTS = 16;

  /** In bytes: its heap may have twice as much, of which a collection has just freed the most. */
  private static final long GROWTH = 64L << 20;

  /** Never sleeps, and has pods enough for the daemon's local ports towards them. */
  private static final Map<String, String> STAYS_AWAKE =
      Map.of("scale-to-zero-after", "1h", "replicas", "16");

  @Test
  void theBytesOfALongStreamAreExact() throws IOException {
    long length = FaultSize.of(1, 10) * GIBIBYTE;
    TcpService listener = makeTcp("streamed", SLEEPS_SOON);
    try (FaultRun run = begin(Fault.RELAYED_STREAM)) {
      stack.kubelet().runtime(upstream(LongStream.server()));
      TcpService slot = new TcpService("streamed", slot("streamed"), Opening.CLIENT);
      for (TcpService way : List.of(listener, slot)) {
        workloads.awaitAsleep("streamed");
        run.step("connecting to " + way.listener());
        double relayedBefore = daemonMetric(BYTES);
        SlowReader reader = new SlowReader(length / 4);
        try (LongStream stream = LongStream.start(way, run.tally(), length, reader)) {
          stream.judge();
        }
        assertThat(daemonMetric(BYTES) - relayedBefore).isGreaterThan(2.0 * length);
        assertThat(reader.underWay()).as("the sender is held up").isBetween(1L, length / 2);
        run.note(
            "%d GiB each way %s, %.1f MiB under way when the reader stopped"
                .formatted(
                    length / GIBIBYTE,
                    way.equals(slot) ? "straight" : "through Envoy",
                    reader.underWay() / 1024.0 / 1024));
      }
      run.requireServed();
    }
  }

  @Test
  void shortConnectionsArriveAndLeaveNothingBehind() throws IOException {
    int straight = FaultSize.of(50_000, 1_000_000);
    int throughEnvoy = FaultSize.of(10_000, 200_000);
    TcpService listener = makeTcp("knocked", STAYS_AWAKE);
    try (FaultRun run = begin(Fault.RELAYED_CONNECTIONS);
        StallingRelay xds = new StallingRelay(stack.xds())) {
      TcpService slot = new TcpService("knocked", slot("knocked"), Opening.CLIENT);
      ShortConnections connections = new ShortConnections(run.tally());
      stack.kubelet().runtime(upstream(connections.server()));
      double relayedBefore = daemonMetric(CONNECTIONS);
      stack.envoy().kill();
      try (Envoy envoy =
          Envoy.start(
              "RelayFaultsIT",
              EnvoyBootstrap.of(xds.address(), XdsVariant.DELTA).withNodeId("envoy-unaware"))) {
        await("it listens")
            .atMost(PATIENCE)
            .until(() -> envoy.listeners().contains("tcp-" + listener.listener().port()));
        xds.stall();
        run.step("warming up");
        connections.make(listener, throughEnvoy / 5, CLIENTS);
        connections.make(slot, straight / 5, CLIENTS);
        try (Socket _ = new Socket(slot.listener().host(), slot.listener().port())) {
          awaitDaemon(ACTIVE, relayed -> relayed == 1);
          DaemonFootprint before = footprint();
          assertThat(before.connections()).as("what is left of a connection is seen").isPositive();
          run.step("straight to the slot; " + before);
          connections.make(slot, straight, CLIENTS);
          run.step("through Envoy");
          connections.make(listener, throughEnvoy, CLIENTS);
          requireNothingLeft(run, before);
        }
      } finally {
        stack.startEnvoy().awaitLive();
      }
      int made = (straight + throughEnvoy) / 5 * 6;
      assertThat(daemonMetric(CONNECTIONS) - relayedBefore).as("relayed").isEqualTo(made + 1);
      for (Ending ending : Ending.values()) {
        await(ending + ", seen by the server")
            .atMost(PATIENCE)
            .until(() -> connections.seenByServer(ending) == made / Ending.values().length);
      }
      run.note("%d straight, %d through Envoy".formatted(straight * 6 / 5, throughEnvoy * 6 / 5));
      run.requireServed();
    }
  }

  @Test
  void aCrowdOfEveryMixArrives() throws Exception {
    int count = MixedConnections.mixes() * FaultSize.of(25, 834);
    int atATime = FaultSize.of(500, 5_000);
    Map<String, String> annotations = new HashMap<>(STAYS_AWAKE);
    annotations.put("wake-timeout", "10m");
    TcpService greeting = makeTcp("mixed-greeting", annotations);
    TcpService waiting = makeTcp("mixed-waiting", annotations);
    try (FaultRun run = begin(Fault.RELAYED_MIX)) {
      MixedConnections connections =
          new MixedConnections(
              new TcpService(greeting.name(), slot(greeting.name()), Opening.SERVER),
              new TcpService(waiting.name(), slot(waiting.name()), Opening.CLIENT),
              run.tally());
      Gate gate = new Gate(upstream(connections.server()));
      stack.kubelet().runtime(gate);
      double relayedBefore = daemonMetric(CONNECTIONS);
      Thread opener =
          Thread.ofVirtual()
              .start(
                  () -> {
                    awaitDaemon("zenvoy_tproxy_parked_connections", parked -> parked == atATime);
                    run.note(atATime + " at a time, all of whom were parked at first");
                    gate.open();
                  });
      connections.make(count, atATime, Duration.ofMinutes(FaultSize.of(5, 20)));
      opener.join();
      assertThat(daemonMetric(CONNECTIONS) - relayedBefore).as("relayed").isEqualTo(count);
      awaitDaemon(ACTIVE, relayed -> relayed == 0);
      for (Ending ending : Ending.values()) {
        await(ending + ", seen by the server")
            .atMost(PATIENCE)
            .until(() -> connections.seenByServer(ending) == count / Ending.values().length);
      }
      run.requireServed();
    }
  }

  /** But for the one connection that is open all the time. */
  private void requireNothingLeft(FaultRun run, DaemonFootprint before) {
    awaitDaemon(ACTIVE, relayed -> relayed == 1);
    awaitDaemon("zenvoy_tproxy_parked_connections", parked -> parked == 0);
    await("the daemon holds what it held before: " + before)
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              DaemonFootprint after = footprint();
              run.step(after.toString());
              assertThat(after.descriptors()).isEqualTo(before.descriptors());
              assertThat(after.connections()).isEqualTo(before.connections());
              assertThat(after.resident() - before.resident()).isLessThan(GROWTH);
            });
    run.note(
        "%d descriptors before and after, %+.1f MiB resident"
            .formatted(
                before.descriptors(),
                (footprint().resident() - before.resident()) / 1024.0 / 1024));
  }

  /** With the connection by which its metrics were just read: that one is kept for a while. */
  private DaemonFootprint footprint() {
    daemonMetric(ACTIVE);
    return DaemonFootprint.of(stack.tproxy().process());
  }
}
