package io.zenvoy.tproxy.proxy;

import io.netty.channel.IoEventLoop;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.Future;
import io.zenvoy.common.Slot;
import io.zenvoy.tproxy.discovery.Route;
import io.zenvoy.tproxy.discovery.RoutingTable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One event loop and the connections that it owns, both ends of each, from accept to close. Methods
 * that may be called from another thread say so.
 */
final class ProxyLoop {
  /** A client's FIN may overtake that its kernel knows its socket for closed. */
  private static final long SECOND_LOOK_MILLIS = 5;

  /** How exact deadlines are. */
  private static final long SWEEP_MILLIS = 50;

  /** Places beyond the process's cap, for those who are told that it is reached. */
  private static final int PLACES_FOR_REFUSALS = 64;

  private static final Logger log = LoggerFactory.getLogger(ProxyLoop.class);

  private final IoEventLoop eventLoop;
  private final ProxySettings settings;
  private final EndpointGuard guard;
  private final TrafficLedger ledger;
  private final ProxyMetrics metrics;
  private final LongSupplier clock;
  private final RandomGenerator random;
  private final ByteBuffer buffer;
  private final ArrivalSlot arrivalSlot;
  private final PipePool pipes;
  private final Map<String, ParkingLot> lots = new HashMap<>();
  private final ClientQueue strangers = new ClientQueue();
  private final HalfClosedClients halfClosed = new HalfClosedClients();
  private final Farewells farewells;
  private final Reminder noLocalPort = new Reminder();
  private final Future<?> sweeps;
  private RoutingTable table = RoutingTable.EMPTY;
  private boolean lookingAgain;

  /**
   * @param clock the nanoseconds by which deadlines and the event loop's timers go, with any origin
   * @param random decides which endpoint is dialled; used in the event loop alone
   */
  ProxyLoop(
      IoEventLoop eventLoop,
      ProxySettings settings,
      EndpointGuard guard,
      TrafficLedger ledger,
      ProxyMetrics metrics,
      LongSupplier clock,
      RandomGenerator random) {
    this(
        eventLoop,
        settings,
        guard,
        ledger,
        metrics,
        clock,
        random,
        ByteBuffer.allocateDirect(Flow.LARGEST_CHUNK));
  }

  private ProxyLoop(
      IoEventLoop eventLoop,
      ProxySettings settings,
      EndpointGuard guard,
      TrafficLedger ledger,
      ProxyMetrics metrics,
      LongSupplier clock,
      RandomGenerator random,
      ByteBuffer buffer) {
    this.buffer = buffer;
    this.eventLoop = eventLoop;
    this.settings = settings;
    this.guard = guard;
    this.ledger = ledger;
    this.metrics = metrics;
    this.farewells = new Farewells(ledger);
    this.arrivalSlot = new ArrivalSlot(settings.slots().network());
    this.pipes = new PipePool(settings.pipes());
    this.clock = clock;
    this.random = random;
    sweeps =
        eventLoop.scheduleAtFixedRate(
            this::sweep, SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
  }

  /**
   * Another one in the same event loop, which shares its clock and scratch space, for connections
   * that no client has made.
   */
  ProxyLoop beside(
      ProxySettings settings, EndpointGuard guard, TrafficLedger ledger, ProxyMetrics metrics) {
    return new ProxyLoop(eventLoop, settings, guard, ledger, metrics, clock, random, buffer);
  }

  IoEventLoop eventLoop() {
    return eventLoop;
  }

  boolean inEventLoop() {
    return eventLoop.inEventLoop();
  }

  EndpointGuard guard() {
    return guard;
  }

  TrafficLedger ledger() {
    return ledger;
  }

  ProxyMetrics metrics() {
    return metrics;
  }

  /** Scratch space of whatever runs in this event loop, of {@link Flow#LARGEST_CHUNK} bytes. */
  ByteBuffer buffer() {
    return buffer;
  }

  ReleaseWindow newReleaseWindow() {
    return new ReleaseWindow(Math.max(1, settings.releaseWindow() / settings.eventLoops()));
  }

  PipePool pipes() {
    return pipes;
  }

  long nanoTime() {
    return clock.getAsLong();
  }

  RandomGenerator random() {
    return random;
  }

  HalfClosedClients halfClosed() {
    return halfClosed;
  }

  /** Keeps one that has ended its own direction, and soon looks again whether it has left. */
  void halfClosed(Client client) {
    halfClosed.add(client);
    if (!lookingAgain) {
      lookingAgain = true;
      var _ =
          eventLoop.schedule(
              () -> {
                lookingAgain = false;
                freeThoseThatLeft();
              },
              SECOND_LOOK_MILLIS,
              TimeUnit.MILLISECONDS);
    }
  }

  private void freeThoseThatLeft() {
    for (Client client : halfClosed.thatHaveLeft()) {
      client.leave();
    }
  }

  Farewells farewells() {
    return farewells;
  }

  /** There is no local port left for one more connection to an endpoint. */
  void noLocalPort(String cluster, InetSocketAddress endpoint) {
    if (noLocalPort.isDue(nanoTime())) {
      log.atWarn()
          .addKeyValue("service", cluster)
          .addKeyValue("endpoint", endpoint)
          .log(
              "all local ports towards an endpoint are taken, connections wait; more replicas or a"
                  + " wider net.ipv4.ip_local_port_range give more");
    }
  }

  /** Runs a task when the events that epoll has reported have been handled. */
  void afterEvents(Runnable task) {
    try {
      eventLoop.execute(task);
    } catch (RejectedExecutionException e) {
      // The event loop is at its end and reports no more events.
      task.run();
    }
  }

  /**
   * Puts a table to use. From any thread.
   *
   * @return completes when it is in use
   */
  CompletableFuture<Void> install(RoutingTable installed) {
    return CompletableFuture.runAsync(() -> use(installed), eventLoop);
  }

  /**
   * Takes over a connection that was accepted.
   *
   * @param descriptor of the socket, non-blocking
   */
  void adopt(int descriptor, long acceptedNanos) {
    assert inEventLoop();
    receive(new FileDescriptor(descriptor), acceptedNanos);
  }

  /** The last thing that runs here, before the event loop cuts what it holds. */
  void close() {
    assert inEventLoop();
    sweeps.cancel(false);
    halfClosed.close();
    pipes.close();
  }

  /** Ends a waiting connection, whatever it waits for; does nothing if it waits no more. */
  void refuse(Client client, CloseReason reason) {
    assert inEventLoop();
    if (client.isClosed() || client.farewell != null || client.relay != null) {
      return;
    }
    ParkingLot lot = client.lot;
    Route route = null;
    if (lot != null) {
      route = lot.route();
      lot.remove(client);
      dropIfEmpty(lot);
    } else if (strangers.contains(client)) {
      strangers.remove(client);
    }
    refuse(client, reason, route);
  }

  /**
   * Ends a connection that is in no queue.
   *
   * @param route of its cluster; empty if it has none
   */
  void refuse(Client client, CloseReason reason, @Nullable Route route) {
    assert inEventLoop();
    halfClosed.remove(client);
    metrics.closed(reason, 1);
    log.atDebug()
        .addKeyValue("slot", client.slot)
        .addKeyValue("reason", reason.tag())
        .log("connection ended");
    FailureAnswer.of(client, reason, route, settings.pages())
        .ifPresentOrElse(
            response -> farewells.begin(client, response, nanoTime()),
            () -> {
              ledger.waiting().decrementAndGet();
              client.abort();
            });
  }

  private void receive(FileDescriptor socket, long acceptedNanos) {
    Slot slot = arrivalSlot.of(socket.intValue());
    if (slot == null) {
      reset(socket, CloseReason.OUTSIDE_NETWORK);
      return;
    }
    int waiting = ledger.waiting().incrementAndGet();
    if (waiting > settings.maxParked() + PLACES_FOR_REFUSALS) {
      ledger.waiting().decrementAndGet();
      reset(socket, CloseReason.CAP);
      return;
    }
    Route route = table.route(slot);
    // Not one more slot for each connection of a crowd.
    Client client = new Client(this, socket, route == null ? slot : route.slot(), acceptedNanos);
    try {
      if (waiting > settings.maxParked()) {
        refuse(client, CloseReason.CAP, route);
        return;
      }
      client.watchForLeaving();
      if (route == null) {
        strangers.add(client);
      } else {
        lot(route).arrive(client);
      }
    } catch (IOException | RuntimeException | Error e) {
      // Whatever it is concerns this connection alone, and not the listener that brought it.
      log.atWarn().setCause(e).log("connection can't be taken");
      client.abandon();
    }
  }

  private void reset(FileDescriptor socket, CloseReason reason) {
    metrics.closed(reason, 1);
    Descriptor.reset(socket);
  }

  /** The same in the event loop. */
  void use(RoutingTable installed) {
    table = installed;
    for (ParkingLot lot : List.copyOf(lots.values())) {
      Route route = installed.route(lot.cluster());
      if (route == null) {
        lot.close(CloseReason.CLUSTER_REMOVED);
      } else {
        lot.update(route);
      }
      dropIfEmpty(lot);
    }
    List<Client> known = new ArrayList<>();
    for (Client client = strangers.first(); client != null; client = client.next) {
      if (installed.route(client.slot) != null) {
        known.add(client);
      }
    }
    for (Client client : known) {
      strangers.remove(client);
      Route route = installed.route(client.slot);
      if (route != null) {
        lot(route).arrive(client);
      }
    }
  }

  private ParkingLot lot(Route route) {
    ParkingLot known = lots.get(route.cluster());
    if (known != null) {
      return known;
    }
    ParkingLot lot = new ParkingLot(this, route);
    lots.put(route.cluster(), lot);
    return lot;
  }

  void dropIfEmpty(ParkingLot lot) {
    if (lot.isEmpty() && lots.remove(lot.cluster(), lot)) {
      lot.dropped();
    }
  }

  private void sweep() {
    try {
      long now = nanoTime();
      for (ParkingLot lot : List.copyOf(lots.values())) {
        lot.sweep(now);
      }
      long grace = settings.unknownSlotGrace().toNanos();
      for (Client client = strangers.first();
          client != null && now - client.acceptedNanos >= grace;
          client = strangers.first()) {
        refuse(client, CloseReason.UNKNOWN_SLOT);
      }
      farewells.sweep(now);
      freeThoseThatLeft();
    } catch (RuntimeException | Error e) {
      // A sweep that throws would be the last one.
      log.atError().setCause(e).log("sweep failed");
    }
  }
}
