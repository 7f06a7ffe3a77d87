package io.zenvoy.tproxy.proxy;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.channel.ChannelException;
import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.FileDescriptor;
import io.zenvoy.common.Ipv4Network;
import io.zenvoy.common.PortRange;
import io.zenvoy.common.Slot;
import io.zenvoy.tproxy.discovery.Route;
import io.zenvoy.tproxy.discovery.RoutingTable;
import io.zenvoy.tproxy.redirect.ReceivableSlots;
import io.zenvoy.tproxy.redirect.RedirectKind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A wake that is played before the first client has one, because what runs for the first time is
 * loaded and linked then, which takes tens of milliseconds: a client is parked and leaves; another
 * one is parked, relayed, answered in bulk, and ends. The stage is a {@link ProxyLoop} of its own
 * in a real event loop; clients and endpoint are sockets of this process on loopback. No figure and
 * no metric tells of them. Owned by the event loop.
 */
final class Rehearsal {
  private static final Logger log = LoggerFactory.getLogger(Rehearsal.class);
  private static final InetAddress HOST = InetAddress.ofLiteral("127.0.0.1");
  private static final int LISTENER_PORT = 1;
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final long LOOK_MILLIS = 1;
  private static final int REQUEST_BYTES = 64;

  /** Enough to be spliced, and few enough for any send buffer. */
  private static final int RESPONSE_BYTES = 64 << 10;

  private final IoEventLoop eventLoop;
  private final CompletableFuture<Void> over;
  private final TrafficLedger ledger;
  private final ProxyLoop stage;
  private final long begunNanos = System.nanoTime();
  private final List<FileDescriptor> sockets = new ArrayList<>();
  private final LinuxSocket slot;
  private final LinuxSocket endpoint;
  private final LinuxSocket client;
  private final Queue<Step> steps =
      new ArrayDeque<>(
          List.of(
              this::oneLeaves,
              this::nobodyIsLeft,
              this::oneAsks,
              this::endpointComes,
              this::endpointAnswers,
              this::clientHearsAll,
              this::nobodyIsLeft));
  private @Nullable FileDescriptor served;

  private interface Step {
    /** Tries it; it is tried again until it is done. */
    boolean isDone() throws IOException;
  }

  private Rehearsal(IoEventLoop eventLoop, CompletableFuture<Void> over) {
    this.eventLoop = eventLoop;
    this.over = over;
    ProxyMetrics metrics = new ProxyMetrics(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
    ledger = TrafficLedger.unseen(metrics);
    stage =
        new ProxyLoop(
            eventLoop,
            settings(),
            new EndpointGuard(LISTENER_PORT, true),
            ledger,
            metrics,
            System::nanoTime,
            new SplittableRandom());
    try {
      slot = socket();
      endpoint = socket();
      client = socket();
    } catch (ChannelException e) {
      cleanUp();
      throw e;
    }
  }

  private static ProxySettings settings() {
    return ProxySettings.of(
        new ReceivableSlots(
            RedirectKind.NONE,
            Ipv4Network.parseLoopback("127.0.0.0/8"),
            LISTENER_PORT,
            new PortRange(1, 65_535)),
        1,
        true,
        Duration.ZERO,
        Pages.DEFAULT,
        1);
  }

  /**
   * Plays it. From any thread.
   *
   * @return completes in the event loop when it is over; exceptionally if it failed
   */
  static CompletableFuture<Void> play(IoEventLoop eventLoop) {
    CompletableFuture<Void> over = new CompletableFuture<>();
    eventLoop.execute(
        () -> {
          try {
            new Rehearsal(eventLoop, over).begin();
          } catch (RuntimeException | Error e) {
            over.completeExceptionally(e);
          }
        });
    return over;
  }

  private void begin() {
    try {
      for (LinuxSocket server : List.of(slot, endpoint)) {
        server.bind(new InetSocketAddress(HOST, 0));
        server.listen(1);
      }
      use(List.of());
    } catch (IOException | RuntimeException e) {
      end(e);
      return;
    }
    goOn();
  }

  private void goOn() {
    try {
      for (Step step = steps.peek(); step != null && step.isDone(); step = steps.peek()) {
        steps.remove();
      }
    } catch (IOException | RuntimeException | Error e) {
      end(e);
      return;
    }
    if (steps.isEmpty()) {
      end(null);
    } else if (System.nanoTime() - begunNanos > PATIENCE.toNanos()) {
      end(new IOException("after " + PATIENCE + " there are " + steps.size() + " steps left"));
    } else {
      var _ = eventLoop.schedule(this::goOn, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void end(@Nullable Throwable failure) {
    cleanUp();
    if (failure != null) {
      over.completeExceptionally(failure);
      return;
    }
    log.atDebug()
        .addKeyValue("took_ms", (System.nanoTime() - begunNanos) / 1_000_000)
        .log("rehearsed");
    over.complete(null);
  }

  private void cleanUp() {
    sockets.forEach(Rehearsal::close);
    stage.close();
  }

  private boolean oneLeaves() throws IOException {
    LinuxSocket leaver = socket();
    arrive(leaver);
    close(leaver);
    return true;
  }

  private boolean oneAsks() throws IOException {
    arrive(client);
    stage.buffer().put(0, new byte[REQUEST_BYTES]);
    client.write(stage.buffer(), 0, REQUEST_BYTES);
    return true;
  }

  /** Loopback makes a connection before the call returns. */
  private void arrive(LinuxSocket socket) throws IOException {
    if (!socket.connect(slot.localAddress()) && !socket.finishConnect()) {
      throw new IOException("loopback does not connect");
    }
    int accepted = Kernel.accept(slot.intValue());
    if (accepted < 0) {
      throw new IOException("nobody has connected");
    }
    stage.adopt(accepted, stage.nanoTime());
  }

  private boolean endpointComes() {
    use(List.of(endpoint.localAddress()));
    return true;
  }

  private void use(List<InetSocketAddress> endpoints) {
    stage.use(
        RoutingTable.of(
            List.of(
                new Route(
                    "rehearsal",
                    new Slot(
                        Ipv4Network.parseAddress(HOST.getHostAddress()),
                        slot.localAddress().getPort()),
                    PATIENCE,
                    1,
                    "tcp",
                    true,
                    endpoints,
                    Optional.empty(),
                    0))));
  }

  /** It answers with more than was asked, and closes. */
  private boolean endpointAnswers() throws IOException {
    if (served == null) {
      int accepted = Kernel.accept(endpoint.intValue());
      if (accepted < 0) {
        return false;
      }
      served = keep(new FileDescriptor(accepted));
    }
    ByteBuffer buffer = stage.buffer();
    if (served.read(buffer, 0, REQUEST_BYTES) <= 0) {
      return false;
    }
    served.write(buffer, 0, RESPONSE_BYTES);
    close(served);
    return true;
  }

  private boolean clientHearsAll() throws IOException {
    if (client.read(stage.buffer(), 0, RESPONSE_BYTES) >= 0) {
      return false;
    }
    close(client);
    return true;
  }

  private boolean nobodyIsLeft() {
    return ledger.isIdle();
  }

  private LinuxSocket socket() {
    return keep(LinuxSocket.newSocketStream(SocketProtocolFamily.INET));
  }

  private <T extends FileDescriptor> T keep(T socket) {
    sockets.add(socket);
    return socket;
  }

  /** Does nothing if it is closed. */
  private static void close(FileDescriptor socket) {
    try {
      socket.close();
    } catch (IOException e) {
      log.atDebug().setCause(e).log("socket closed with an error");
    }
  }
}
