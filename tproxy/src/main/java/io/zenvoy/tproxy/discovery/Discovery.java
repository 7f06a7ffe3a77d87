package io.zenvoy.tproxy.discovery;

import io.grpc.ManagedChannel;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection to xds-server: routing tables come in, activity goes out. One thread owns all of
 * it; the calls from elsewhere are marked.
 */
public final class Discovery implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Discovery.class);

  private final ServerChannel server;
  private final ScheduledExecutorService thread;
  private final ManagedChannel channel;
  private final AdsClient ads;
  private final ActivityReporter reporter;
  private final ServerProbe probe;
  private final AtomicBoolean reportRequested = new AtomicBoolean();
  private volatile boolean ready;

  private Discovery(
      ServerChannel server,
      NodeIdentity node,
      TableSink sink,
      ActivitySource source,
      MeterRegistry registry) {
    this.server = server;
    thread = server.thread();
    channel = server.channel();
    reporter = new ActivityReporter(channel, thread, node, source);
    ads =
        new AdsClient(channel, thread, node, sink, this::installed, new DiscoveryMetrics(registry));
    probe = new ServerProbe(channel, thread, this::reconnect);
  }

  /**
   * Opens both streams, and opens them again until {@link #close}.
   *
   * @param server closed with this
   */
  public static Discovery start(
      ServerChannel server,
      NodeIdentity node,
      TableSink sink,
      ActivitySource source,
      MeterRegistry registry) {
    Discovery discovery = new Discovery(server, node, sink, source, registry);
    discovery.thread.execute(discovery.ads::connect);
    discovery.thread.execute(discovery.probe::start);
    return discovery;
  }

  /** The server is silent: both streams go on over a new connection, perhaps to another one. */
  private void reconnect() {
    channel.enterIdle();
    ads.abandon();
    reporter.abandon();
  }

  private void installed(RoutingTable table) {
    ready = true;
    reporter.installed(table);
  }

  /**
   * Sends a report at once; calls that come before it is written become one. Thread-safe, does not
   * block.
   */
  public void reportNow() {
    if (reportRequested.compareAndSet(false, true)) {
      try {
        thread.execute(
            () -> {
              // Before the figures are read: a change from here on asks for another report.
              reportRequested.set(false);
              reporter.report();
            });
      } catch (RejectedExecutionException e) {
        log.debug("no report: discovery is closed");
      }
    }
  }

  /** Why connections can't be routed yet; empty when they can. Thread-safe. */
  public String unready() {
    if (ready) {
      return "";
    }
    return ads.rejection()
        .map(reason -> "no routing table yet: " + reason)
        .orElse("no routing table yet");
  }

  /** Ends both streams at once. */
  @Override
  public void close() {
    server.close();
  }
}
