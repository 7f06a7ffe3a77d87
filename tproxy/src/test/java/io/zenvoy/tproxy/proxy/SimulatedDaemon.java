package io.zenvoy.tproxy.proxy;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.unix.Socket;
import io.zenvoy.common.Ipv4Network;
import io.zenvoy.common.PortRange;
import io.zenvoy.common.StartupException;
import io.zenvoy.tproxy.discovery.RoutingTable;
import io.zenvoy.tproxy.redirect.ReceivableSlots;
import io.zenvoy.tproxy.redirect.RedirectKind;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** The real parts of the daemon, put together as in {@link Proxy}, but driven by the test. */
final class SimulatedDaemon {
  static final int LOOPS = 2;
  static final int MAX_PARKED = 6;
  static final Duration GRACE = Duration.ofMillis(400);
  static final int PORT = port();

  private static final int IPPROTO_TCP = 6;
  private static final int TCP_INFO = 11;
  private static final int TCP_INFO_BYTES = 104;

  /** {@code tcpi_unacked}: of a listener, how many connections wait to be accepted. */
  private static final int UNACKED_OFFSET = 24;

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Map<CloseReason, Counter> closed = new EnumMap<>(CloseReason.class);
  private final Counter relayed;
  private final TrafficLedger ledger;
  private final List<SteppedEventLoop> eventLoops = new ArrayList<>();
  private final List<ProxyLoop> loops = new ArrayList<>();
  private final Listener listener;
  private final List<Throwable> failures = new ArrayList<>();
  private long nowNanos;
  private int urgentReports;
  private int adopted;
  private Runnable observer = () -> {};

  SimulatedDaemon(RoutingTable first) {
    ProxyMetrics metrics = new ProxyMetrics(registry);
    ledger = new TrafficLedger(this::reportUrgently, metrics);
    ReceivableSlots slots =
        new ReceivableSlots(
            RedirectKind.NONE, Ipv4Network.parse("127.128.0.0/9"), PORT, new PortRange(1, 65535));
    ProxySettings settings =
        new ProxySettings(
            slots,
            MAX_PARKED,
            true,
            LOOPS,
            LOOPS,
            PipePool.MOST,
            GRACE,
            Duration.ofSeconds(1),
            Pages.DEFAULT);
    for (int index = 0; index < LOOPS; index++) {
      SteppedEventLoop eventLoop = new SteppedEventLoop(this::nowNanos);
      eventLoops.add(eventLoop);
      loops.add(
          new ProxyLoop(
              eventLoop.view(),
              settings,
              new EndpointGuard(PORT, true),
              ledger,
              metrics,
              this::nowNanos,
              new SplittableRandom(index)));
    }
    listener = Listener.bind(slots, loops.getFirst(), this::adopt, false);
    for (CloseReason reason : CloseReason.values()) {
      closed.put(
          reason,
          registry.get("zenvoy.tproxy.closed.connections").tag("reason", reason.tag()).counter());
    }
    relayed = registry.get("zenvoy.tproxy.relayed.connections").counter();
    install(first);
    loops.getFirst().eventLoop().execute(listener::listen);
    eventLoops.forEach(SteppedEventLoop::turn);
  }

  /** In turn, instead of by the kernel's choice: schedules are to be repeatable. */
  private void adopt(int descriptor, long acceptedNanos) {
    ProxyLoop owner = loops.get(adopted++ % LOOPS);
    if (owner.inEventLoop()) {
      owner.adopt(descriptor, acceptedNanos);
    } else {
      owner.eventLoop().execute(() -> owner.adopt(descriptor, acceptedNanos));
    }
  }

  /** Why tables could not be installed. */
  List<Throwable> failures() {
    return failures;
  }

  TrafficLedger ledger() {
    return ledger;
  }

  long nowNanos() {
    return nowNanos;
  }

  private void reportUrgently() {
    urgentReports++;
    observer.run();
  }

  /**
   * Says who looks at the figures whenever a report may be made: also in the middle of a change.
   */
  void observe(Runnable changed) {
    observer = changed;
  }

  int urgentReports() {
    return urgentReports;
  }

  int closed(CloseReason reason) {
    return (int) Objects.requireNonNull(closed.get(reason)).count();
  }

  int relayed() {
    return (int) relayed.count();
  }

  /** Every connection that has come to an end or to an endpoint. */
  int decided() {
    int all = relayed();
    for (CloseReason reason : CloseReason.values()) {
      all += closed(reason);
    }
    return all;
  }

  /** Hands a table over, which takes effect in the next turn of each event loop. */
  void install(RoutingTable table) {
    var _ =
        Proxy.install(table, loops, ledger)
            .whenComplete(
                (nothing, failure) -> failures.addAll(Stream.ofNullable(failure).toList()));
  }

  void turn(int loop) {
    eventLoops.get(loop).turn();
    observer.run();
  }

  void advance(Duration duration) {
    nowNanos += duration.toNanos();
  }

  /** Connections that the kernel has made and that wait for the next turn of the first loop. */
  int waitingToBeAccepted() throws IOException {
    ByteBuffer info = ByteBuffer.allocateDirect(TCP_INFO_BYTES).order(ByteOrder.nativeOrder());
    new Socket(listener.socket.intValue()).getRawOpt(IPPROTO_TCP, TCP_INFO, info);
    return info.getInt(UNACKED_OFFSET);
  }

  /** The end of the program, in the order of the event loops or in the other one. */
  void end(boolean firstLoopFirst) {
    for (ProxyLoop loop : loops) {
      loop.afterEvents(loop::close);
    }
    (firstLoopFirst ? eventLoops : eventLoops.reversed()).forEach(SteppedEventLoop::end);
  }

  /** A port that nobody listens on and that the kernel gives to nobody. */
  private static int port() {
    IOException taken = new IOException("none was tried");
    for (int port = 18_100; port < 32_000; port++) {
      try (ServerSocket socket = new ServerSocket()) {
        socket.bind(new InetSocketAddress(port));
        return port;
      } catch (IOException e) {
        taken = e;
      }
    }
    throw new StartupException("no port is free below the ephemeral ones", taken);
  }
}
