package io.zenvoy.tproxy.discovery;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import io.zenvoy.tproxy.discovery.ActivitySource.Activity;
import io.zenvoy.tproxy.discovery.ReportWriter.Figures;
import io.zenvoy.tproxy.discovery.wire.StreamMetricsMessage;
import io.zenvoy.tproxy.discovery.wire.StreamMetricsResponse;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Streams the activity of every cluster to xds-server's MetricsService. The first report of a
 * stream holds every cluster; later ones those that changed, and, again and again, those with
 * parked connections, so that no lost message loses a wake. Owned by the discovery thread.
 */
final class ActivityReporter {
  private static final Logger log = LoggerFactory.getLogger(ActivityReporter.class);
  private static final long PARKED_AGAIN_MILLIS = 200;
  private static final long HEARTBEAT_MILLIS = 500;

  private final ManagedChannel channel;
  private final ScheduledExecutorService thread;
  private final NodeIdentity node;
  private final ActivitySource source;
  private final Backoff backoff = new Backoff(() -> ThreadLocalRandom.current().nextDouble());
  private final Set<String> changed = new HashSet<>();
  private @Nullable RoutingTable table;
  private @Nullable Stream stream;

  ActivityReporter(
      ManagedChannel channel,
      ScheduledExecutorService thread,
      NodeIdentity node,
      ActivitySource source) {
    this.channel = channel;
    this.thread = thread;
    this.node = node;
    this.source = source;
  }

  /** Begins to report with the first table; every event loop uses it. */
  void installed(RoutingTable installed) {
    RoutingTable before = table;
    table = installed;
    if (before == null) {
      connect();
      var _ =
          thread.scheduleAtFixedRate(
              this::repeatParked, PARKED_AGAIN_MILLIS, PARKED_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
      var _ =
          thread.scheduleAtFixedRate(
              this::report, HEARTBEAT_MILLIS, HEARTBEAT_MILLIS, TimeUnit.MILLISECONDS);
      return;
    }
    for (Route route : installed.routes()) {
      Route earlier = before.route(route.cluster());
      if (earlier == null || earlier.version() != route.version()) {
        changed.add(route.cluster());
      }
    }
    report();
  }

  /** Sends what has changed, even if that is nothing. */
  void report() {
    Stream current = stream;
    if (current != null) {
      current.report();
    }
  }

  /** Gives the stream up, so that another one is opened. */
  void abandon() {
    Stream current = stream;
    if (current != null && current.messages != null) {
      current.messages.cancel("the server is silent", null);
    }
  }

  private void repeatParked() {
    Stream current = stream;
    if (current != null && !current.parked.isEmpty()) {
      changed.addAll(current.parked);
      current.report();
    }
  }

  private void connect() {
    channel.resetConnectBackoff();
    Stream opened = new Stream();
    stream = opened;
    var _ =
        ClientCalls.asyncClientStreamingCall(
            channel.newCall(XdsMethods.STREAM_METRICS, CallOptions.DEFAULT), opened);
  }

  /** One stream; it is ignored as soon as another one has taken its place. */
  private final class Stream
      implements ClientResponseObserver<StreamMetricsMessage, StreamMetricsResponse> {
    private final long openedNanos = System.nanoTime();
    private final Map<String, Figures> said = new HashMap<>();
    private final Set<String> parked = new HashSet<>();
    private @Nullable ClientCallStreamObserver<StreamMetricsMessage> messages;
    private boolean introduced;

    @Override
    public void beforeStart(ClientCallStreamObserver<StreamMetricsMessage> requests) {
      messages = requests;
      requests.setOnReadyHandler(this::report);
    }

    private void report() {
      ClientCallStreamObserver<StreamMetricsMessage> current = messages;
      RoutingTable inUse = table;
      // While it is not ready the changes collect; the handler above brings us back.
      if (stream != this || current == null || inUse == null || !current.isReady()) {
        return;
      }
      StreamMetricsMessage.Builder report = StreamMetricsMessage.newBuilder();
      changed.addAll(source.takeChanged());
      if (!introduced) {
        introduced = true;
        report.setIdentifier(StreamMetricsMessage.Identifier.newBuilder().setNode(node.toNode()));
        changed.addAll(inUse.clusters());
      }
      long timeMillis = System.currentTimeMillis();
      for (String cluster : changed) {
        add(report, cluster, inUse.route(cluster), timeMillis);
      }
      changed.clear();
      try {
        current.onNext(report.build());
      } catch (IllegalStateException e) {
        // The call has ended and its end is on the way to us. The next stream says everything anew.
        log.atDebug().setCause(e).log("no report: the metrics stream has ended");
      }
    }

    private void add(
        StreamMetricsMessage.Builder report,
        String cluster,
        @Nullable Route route,
        long timeMillis) {
      if (route == null) {
        said.remove(cluster);
        parked.remove(cluster);
        return;
      }
      // The version is older than the figures: a report never claims more than was seen.
      Activity activity = source.of(cluster);
      Figures figures = new Figures(activity, route.version());
      Figures before = said.put(cluster, figures);
      if (activity.parked() > 0) {
        parked.add(cluster);
      } else {
        parked.remove(cluster);
      }
      if (activity.parked() > 0 || !figures.equals(before)) {
        ReportWriter.write(report, cluster, figures, timeMillis);
      }
    }

    @Override
    public void onNext(StreamMetricsResponse response) {
      // The server says nothing before the end.
    }

    @Override
    public void onError(Throwable failure) {
      ended(String.valueOf(failure.getMessage()));
    }

    @Override
    public void onCompleted() {
      ended("the server closed the stream");
    }

    private void ended(String reason) {
      if (stream != this) {
        return;
      }
      stream = null;
      if (System.nanoTime() - openedNanos > TimeUnit.SECONDS.toNanos(1)) {
        backoff.reset();
        log.atWarn().addKeyValue("reason", reason).log("metrics stream lost; trying again");
      }
      if (!thread.isShutdown()) {
        var _ =
            thread.schedule(
                ActivityReporter.this::connect, backoff.next().toMillis(), TimeUnit.MILLISECONDS);
      }
    }
  }
}
