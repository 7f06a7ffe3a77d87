package io.zenvoy.tproxy.proxy;

import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.zenvoy.common.StartupException;
import io.zenvoy.tproxy.discovery.ActivitySource;
import io.zenvoy.tproxy.discovery.RoutingTable;
import io.zenvoy.tproxy.discovery.TableSink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Parks and relays the connections that arrive on slots. It listens as soon as it has a table.
 * Thread-safe.
 */
public final class Proxy implements TableSink, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Proxy.class);
  private static final long DRAIN_CHECK_MILLIS = 20;

  /**
   * An event loop that is given no time may end without closing what it holds, if it learns that it
   * shall end between looking for that and running its last task.
   */
  private static final long QUIET_MILLIS = 100;

  private static final long END_MILLIS = 2_000;

  private final ProxySettings settings;
  private final MultiThreadIoEventLoopGroup group;
  private final List<ProxyLoop> loops = new ArrayList<>();
  private final TrafficLedger ledger;
  private final List<Listener> listeners;
  private final Rehearsal rehearsal;

  private Proxy(ProxySettings settings, Runnable urgent, MeterRegistry registry) {
    this.settings = settings;
    ProxyMetrics metrics = new ProxyMetrics(registry);
    ledger = new TrafficLedger(urgent, metrics);
    EndpointGuard guard =
        new EndpointGuard(settings.slots().listenerPort(), settings.allowLocalUpstreams());
    group =
        new MultiThreadIoEventLoopGroup(
            settings.eventLoops(),
            Thread.ofPlatform().name("proxy-", 0).daemon().factory(),
            EpollIoHandler.newFactory());
    for (int index = 0; index < settings.eventLoops(); index++) {
      IoEventLoop eventLoop = group.next();
      loops.add(
          new ProxyLoop(
              eventLoop,
              settings,
              guard,
              ledger,
              metrics,
              System::nanoTime,
              new SplittableRandom()));
    }
    try {
      listeners = Listener.bind(settings.slots(), List.copyOf(loops));
    } catch (StartupException e) {
      var _ = group.shutdownGracefully(0, 0, TimeUnit.SECONDS);
      throw e;
    }
    // What it loads is loaded for all.
    rehearsal = Rehearsal.begin(loops.getFirst(), Rehearsal.WAKES);
  }

  /**
   * Binds the listener's port; nothing is accepted before the first {@link #install}.
   *
   * @param urgent called, on event loops, when figures changed that the server should hear of at
   *     once; must not block
   * @throws StartupException if the port is taken or a privilege is missing
   */
  public static Proxy start(ProxySettings settings, Runnable urgent, MeterRegistry registry) {
    return new Proxy(settings, urgent, registry);
  }

  /** What the connections of each cluster do. */
  public ActivitySource activity() {
    return ledger;
  }

  TrafficLedger ledger() {
    return ledger;
  }

  /**
   * Begins to accept connections, once it is rehearsed how; idempotent. Completes exceptionally if
   * the port was taken.
   */
  public CompletionStage<Void> listen() {
    // Where the rehearsal fails a connection will be told why.
    return rehearsal.first().exceptionally(_ -> null).thenCompose(_ -> listenNow());
  }

  private CompletionStage<Void> listenNow() {
    return CompletableFuture.allOf(
        listeners.stream()
            .map(
                listener -> CompletableFuture.runAsync(listener::listen, listener.loop.eventLoop()))
            .toArray(CompletableFuture<?>[]::new));
  }

  @Override
  public CompletionStage<Void> install(RoutingTable table) {
    return install(table, loops, ledger);
  }

  static CompletableFuture<Void> install(
      RoutingTable table, List<ProxyLoop> loops, TrafficLedger ledger) {
    return CompletableFuture.allOf(
            loops.stream().map(loop -> loop.install(table)).toArray(CompletableFuture<?>[]::new))
        .thenRun(() -> ledger.show(table));
  }

  /**
   * Goes on until every connection has ended, but no longer than the drain timeout, and then cuts
   * what is left, saying how much that was. Blocks.
   */
  @Override
  public void close() {
    Duration timeout = settings.drainTimeout();
    long deadline = System.nanoTime() + timeout.toNanos();
    try {
      while (!ledger.isIdle() && System.nanoTime() - deadline < 0) {
        Thread.sleep(DRAIN_CHECK_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    log.atLevel(ledger.isIdle() ? Level.INFO : Level.WARN)
        .addKeyValue("parked_dropped", ledger.waiting().get())
        .addKeyValue("relayed_dropped", ledger.relayed())
        .log("stopped");
    loops.getFirst().afterEvents(rehearsal::close);
    for (ProxyLoop loop : loops) {
      loop.afterEvents(loop::close);
    }
    group
        .shutdownGracefully(QUIET_MILLIS, END_MILLIS, TimeUnit.MILLISECONDS)
        .awaitUninterruptibly();
  }
}
