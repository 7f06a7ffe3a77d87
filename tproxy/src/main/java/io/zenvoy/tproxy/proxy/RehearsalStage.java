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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where wakes are rehearsed: a {@link ProxyLoop} of its own in a real event loop, with a slot whose
 * clients and endpoint are sockets of this process on loopback. No figure and no metric tells of
 * them. Owned by the event loop.
 */
final class RehearsalStage {
  private static final Logger log = LoggerFactory.getLogger(RehearsalStage.class);
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

  /**
   * @throws IOException if there are no sockets for it
   */
  RehearsalStage(IoEventLoop eventLoop) throws IOException {
    ProxyMetrics metrics = new ProxyMetrics(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
    ledger = TrafficLedger.unseen(metrics);
    loop =
        new ProxyLoop(
            eventLoop,
            settings(),
            new EndpointGuard(LISTENER_PORT, true),
            ledger,
            metrics,
            System::nanoTime,
            new SplittableRandom());
    try {
      slot = server();
      endpoint = server();
    } catch (IOException | ChannelException e) {
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
   * One wake, step by step: a client is parked and leaves; another one is parked, relayed, answered
   * in bulk, and ends.
   */
  final class Wake {
    private final LinuxSocket client = socket();
    private @Nullable FileDescriptor served;
    private final Queue<Step> steps =
        new ArrayDeque<>(
            List.of(
                this::oneLeaves,
                RehearsalStage.this::isEmpty,
                this::oneAsks,
                this::endpointComes,
                this::endpointAnswers,
                this::clientHearsAll,
                RehearsalStage.this::isEmpty));

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

    private boolean oneLeaves() throws IOException {
      use(List.of());
      LinuxSocket leaver = socket();
      arrive(leaver);
      leave(leaver);
      return true;
    }

    private boolean oneAsks() throws IOException {
      arrive(client);
      loop.buffer().put(0, new byte[REQUEST_BYTES]);
      client.write(loop.buffer(), 0, REQUEST_BYTES);
      return true;
    }

    private boolean endpointComes() {
      use(List.of(endpoint.localAddress()));
      return true;
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
      leave(connection);
      return true;
    }

    private boolean clientHearsAll() throws IOException {
      int count = client.read(loop.buffer(), 0, Flow.LARGEST_CHUNK);
      if (count < 0) {
        leave(client);
      }
      return count < 0;
    }
  }

  private interface Step {
    /** Tries it; it is tried again until it is done. */
    boolean isDone() throws IOException;
  }

  /** Loopback makes a connection before the call returns. */
  private void arrive(LinuxSocket client) throws IOException {
    if (!client.connect(slot.localAddress()) && !client.finishConnect()) {
      throw new IOException("loopback does not connect");
    }
    int accepted = Kernel.accept(slot.intValue());
    if (accepted < 0) {
      throw new IOException("nobody has connected");
    }
    loop.adopt(accepted, loop.nanoTime());
  }

  private void use(List<InetSocketAddress> endpoints) {
    int port = slot.localAddress().getPort();
    loop.use(
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
                    0))));
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

  private void leave(FileDescriptor socket) {
    sockets.remove(socket);
    close(socket);
  }

  /** Whoever is left on the stage has lost its peer, and ends by itself. */
  void close() {
    sockets.forEach(RehearsalStage::close);
    sockets.clear();
    loop.close();
  }

  private static void close(FileDescriptor socket) {
    try {
      socket.close();
    } catch (IOException e) {
      log.atDebug().setCause(e).log("socket closed with an error");
    }
  }
}
