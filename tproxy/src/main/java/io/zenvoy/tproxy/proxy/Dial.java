package io.zenvoy.tproxy.proxy;

import io.netty.channel.ChannelException;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The search for an endpoint that takes a client's connection: one at random, another one next
 * time, until the client's deadline. Owned by the client's event loop.
 */
final class Dial {
  private static final Logger log = LoggerFactory.getLogger(Dial.class);
  private static final long SHORTEST_ATTEMPT_MILLIS = 250;
  private static final long LONGEST_ATTEMPT_MILLIS = 4000;

  /**
   * What strerror(3) calls EADDRNOTAVAIL, which connect(2) gives when all local ports are taken.
   */
  private static final String NO_LOCAL_PORT = "Cannot assign requested address";

  /** Attempts that follow each other quickly: about a second of them. */
  private static final int QUICK_ATTEMPTS = 55;

  private final ProxyLoop loop;
  private final ParkingLot lot;
  private final Client client;
  private final ReleaseWindow.Turn turn;
  private int attempts;
  private @Nullable InetSocketAddress endpoint;
  private @Nullable Upstream upstream;
  private @Nullable Future<?> timer;

  Dial(ProxyLoop loop, ParkingLot lot, Client client, ReleaseWindow.Turn turn) {
    this.loop = loop;
    this.lot = lot;
    this.client = client;
    this.turn = turn;
  }

  ReleaseWindow.Turn turn() {
    return turn;
  }

  Client client() {
    return client;
  }

  void start() {
    attempt();
  }

  /** Gives up without a word to the client. */
  void cancel() {
    stopTimer();
    dropUpstream();
  }

  /** Reacts to endpoints that came and went; some are left. */
  void endpointsChanged() {
    boolean stale = upstream != null && !lot.endpoints().offered().contains(endpoint);
    boolean pausing = upstream == null && timer != null;
    if (stale || pausing) {
      cancel();
      attempts = 0;
      attempt();
    }
  }

  private void attempt() {
    timer = null;
    if (lot.endpoints().offered().isEmpty()) {
      loop.refuse(client, CloseReason.FORBIDDEN_ENDPOINT);
      return;
    }
    if (loop.nanoTime() - lot.deadlineNanos(client) >= 0) {
      lot.expired(this);
      return;
    }
    InetSocketAddress chosen = lot.endpoints().next(endpoint, loop.nanoTime());
    endpoint = chosen;
    attempts++;
    Upstream dialled = null;
    try {
      LinuxSocket socket =
          LinuxSocket.newSocketStream(
              chosen.getAddress() instanceof Inet6Address
                  ? SocketProtocolFamily.INET6
                  : SocketProtocolFamily.INET);
      dialled = new Upstream(loop, socket, this);
      upstream = dialled;
      socket.setTcpNoDelay(true);
      socket.setKeepAlive(true);
      if (socket.connect(chosen)) {
        connected(dialled);
      } else {
        // Swallowed SYNs are repeated by the kernel after a second: a new attempt is quicker.
        schedule(this::abandonAttempt, attemptMillis(attempts));
        dialled.watch(Descriptor.OUT);
      }
    } catch (IOException | ChannelException e) {
      String reason = String.valueOf(e.getMessage());
      if (reason.contains(NO_LOCAL_PORT)) {
        loop.noLocalPort(lot.cluster(), chosen);
      }
      failed(reason);
    }
  }

  /** The kernel has an answer for the attempt. */
  void answered(Upstream dialled) {
    try {
      if (dialled.connection.finishConnect()) {
        connected(dialled);
      }
    } catch (IOException e) {
      failed(String.valueOf(e.getMessage()));
    }
  }

  private void connected(Upstream dialled) {
    InetSocketAddress chosen = endpoint;
    if (chosen == null || chosen.equals(dialled.connection.localAddress())) {
      // TCP's simultaneous open: a free local port was chosen at random, and it was the endpoint's.
      failed("connected to itself");
      return;
    }
    stopTimer();
    upstream = null;
    lot.forwarded(this, dialled, chosen);
  }

  private void abandonAttempt() {
    // One that its client's deadline has cut short says nothing about the endpoint.
    if (endpoint != null && loop.nanoTime() - lot.deadlineNanos(client) < 0) {
      lot.unanswered(endpoint);
    }
    failed("no answer");
  }

  void failed(String reason) {
    cancel();
    loop.metrics().dialFailed();
    log.atDebug()
        .addKeyValue("service", lot.cluster())
        .addKeyValue("endpoint", endpoint)
        .addKeyValue("attempt", attempts)
        .addKeyValue("reason", reason)
        .log("dial failed");
    schedule(this::attempt, pauseMillis(attempts));
  }

  /**
   * How long an attempt may be unanswered.
   *
   * @param attempts with this one
   */
  static long attemptMillis(int attempts) {
    return Math.min(LONGEST_ATTEMPT_MILLIS, SHORTEST_ATTEMPT_MILLIS * attempts);
  }

  /**
   * The pause after an attempt: 1 to 20 ms for about a second, since a port opens at any moment
   * after the endpoint was announced; then up to 250 ms.
   *
   * @param attempts at least 1
   */
  static long pauseMillis(int attempts) {
    if (attempts <= QUICK_ATTEMPTS) {
      return Math.min(20, 1L << Math.min(attempts - 1, 5));
    }
    return Math.min(250, 20L << Math.min(attempts - QUICK_ATTEMPTS, 4));
  }

  private void schedule(Runnable task, long millis) {
    long untilDeadline =
        TimeUnit.NANOSECONDS.toMillis(lot.deadlineNanos(client) - loop.nanoTime()) + 1;
    timer =
        loop.eventLoop()
            .schedule(task, Math.max(0, Math.min(millis, untilDeadline)), TimeUnit.MILLISECONDS);
  }

  private void stopTimer() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }

  private void dropUpstream() {
    if (upstream != null) {
      upstream.abort();
      upstream = null;
    }
  }
}
