package io.zenvoy.tproxy.proxy;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
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
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Where wakes are rehearsed: a {@link ProxyLoop} of its own in a real event loop, with a slot whose
 * clients and endpoint are sockets of this process on loopback. No figure and no metric tells of
 * them. Owned by the event loop.
 */
final class RehearsalStage {
  private static final InetAddress HOST = InetAddress.ofLiteral("127.0.0.1");
  private static final int LISTENER_PORT = 1;
  private static final Duration WAKE_TIMEOUT = Duration.ofSeconds(10);
  private static final int REQUEST_BYTES = 64;

  /** Enough to be spliced, and few enough for any send buffer. */
  private static final int RESPONSE_BYTES = 64 << 10;

  private final TrafficLedger ledger;
  private final ProxyLoop loop;
  private final List<FileDescriptor> sockets = new ArrayList<>();
  private final LinuxSocket slot;
  private final LinuxSocket endpoint;
  private CompletableFuture<Void> installation = CompletableFuture.completedFuture(null);

  /**
   * @param real in whose event loop it is played
   * @throws IOException if there are no sockets for it
   */
  RehearsalStage(ProxyLoop real) throws IOException {
    ProxyMetrics metrics = new ProxyMetrics(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
    ledger = TrafficLedger.unseen(metrics);
    loop = real.beside(settings(), new EndpointGuard(LISTENER_PORT, true), ledger, metrics);
    try {
      slot = server();
      endpoint = server();
    } catch (IOException | RuntimeException | Error e) {
      close();
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
   * One wake, step by step: a client is parked, ends its own direction, and resets; another one is
   * parked, relayed, answered in bulk, and ends.
   */
  final class Wake {
    private final LinuxSocket leaver = socket();
    private final LinuxSocket client = socket();
    private final Queue<Step> steps =
        new ArrayDeque<>(
            List.of(
                () -> install(List.of()),
                () -> isInstalled(),
                () -> connect(leaver),
                () -> accept(),
                () -> endOutput(leaver),
                () -> eventsAreHandled(),
                () -> reset(leaver),
                () -> isEmpty(),
                () -> connect(client),
                () -> accept(),
                () -> ask(client),
                () -> install(List.of(endpoint.localAddress())),
                () -> endpointAnswers(),
                () -> hearsAll(client),
                () -> isEmpty()));
    private boolean handled;
    private @Nullable FileDescriptor served;

    /**
     * Takes as many steps as can be taken before other events of the event loop are handled.
     *
     * @return whether it is over
     * @throws IOException if it has failed
     */
    boolean goOn() throws IOException {
      for (Step step = steps.peek(); step != null && step.isDone(); step = steps.peek()) {
        steps.remove();
      }
      return steps.isEmpty();
    }

    private boolean eventsAreHandled() {
      boolean before = handled;
      handled = true;
      return before;
    }

    /** It answers with more than was asked, and closes. */
    private boolean endpointAnswers() throws IOException {
      FileDescriptor connection = served;
      if (connection == null) {
        int accepted = Kernel.accept(endpoint.intValue());
        if (accepted < 0) {
          return false;
        }
        connection = keep(new FileDescriptor(accepted));
        served = connection;
      }
      ByteBuffer buffer = loop.buffer();
      if (connection.read(buffer, 0, REQUEST_BYTES) <= 0) {
        return false;
      }
      connection.write(buffer, 0, RESPONSE_BYTES);
      return end(connection);
    }
  }

  private interface Step {
    /** Tries it; it is tried again until it is done. */
    boolean isDone() throws IOException;
  }

  private boolean connect(LinuxSocket client) throws IOException {
    client.connect(slot.localAddress());
    return true;
  }

  private boolean accept() {
    int accepted = Kernel.accept(slot.intValue());
    if (accepted >= 0) {
      loop.adopt(accepted, loop.nanoTime());
    }
    return accepted >= 0;
  }

  private boolean ask(FileDescriptor client) throws IOException {
    loop.buffer().put(0, new byte[REQUEST_BYTES]);
    client.write(loop.buffer(), 0, REQUEST_BYTES);
    return true;
  }

  private boolean hearsAll(FileDescriptor client) throws IOException {
    return client.read(loop.buffer(), 0, Flow.LARGEST_CHUNK) < 0 && end(client);
  }

  private static boolean endOutput(LinuxSocket client) throws IOException {
    client.shutdown(false, true);
    return true;
  }

  private boolean end(FileDescriptor socket) {
    sockets.remove(socket);
    Descriptor.close(socket);
    return true;
  }

  private boolean reset(FileDescriptor socket) {
    sockets.remove(socket);
    Descriptor.reset(socket);
    return true;
  }

  private boolean install(List<InetSocketAddress> endpoints) {
    int port = slot.localAddress().getPort();
    installation =
        Proxy.install(
            RoutingTable.of(
                List.of(
                    new Route(
                        "rehearsal",
                        new Slot(Ipv4Network.parseAddress(HOST.getHostAddress()), port),
                        WAKE_TIMEOUT,
                        1,
                        "tcp",
                        true,
                        endpoints,
                        Optional.empty(),
                        0))),
            List.of(loop),
            ledger);
    return true;
  }

  private boolean isInstalled() {
    return installation.isDone();
  }

  private boolean isEmpty() {
    return ledger.isIdle();
  }

  private LinuxSocket server() throws IOException {
    LinuxSocket server = socket();
    server.bind(new InetSocketAddress(HOST, 0));
    server.listen(1);
    return server;
  }

  private LinuxSocket socket() {
    return keep(LinuxSocket.newSocketStream(SocketProtocolFamily.INET));
  }

  private <T extends FileDescriptor> T keep(T socket) {
    sockets.add(socket);
    return socket;
  }

  /** Whoever is left loses its peer by this, and ends when the event loop reports it. */
  void clear() {
    sockets.forEach(Descriptor::reset);
    sockets.clear();
  }

  /** The end, once whoever was left has ended, or of the event loop. */
  void close() {
    clear();
    loop.close();
  }
}
