package io.zenvoy.xds.lifecycle.schedules;

import io.zenvoy.xds.lifecycle.Lifecycle;
import io.zenvoy.xds.lifecycle.schedules.SimulatedPublisher.Snapshot;
import io.zenvoy.xds.model.Assignment;
import io.zenvoy.xds.serve.ActivityReport;
import io.zenvoy.xds.serve.ActivityReport.Counts;
import io.zenvoy.xds.serve.NodeKey;
import io.zenvoy.xds.serve.NodeKind;
import io.zenvoy.xds.serve.ResourceType;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An Envoy or a daemon: takes in, acknowledges, switches and reports, each when it is told to. */
final class SimulatedNode {
  private static final long NEVER = Long.MAX_VALUE;

  private final NodeKey key;
  private final Map<String, Long> totals = new HashMap<>();
  private final Deque<ActivityReport> reports = new ArrayDeque<>();
  private Snapshot taken = new SimulatedPublisher().snapshot(NodeKind.ENVOY);
  private Snapshot used = taken;
  private int streams;
  private long reportStream;
  private long promisedUntilNanos = NEVER;
  private @Nullable ActivityReport delivered;

  /** Whether it has taken in anything since it was connected. */
  private boolean current;

  SimulatedNode(NodeKind kind, String id) {
    this.key = new NodeKey(kind, id);
  }

  NodeKind kind() {
    return key.kind();
  }

  boolean isConnected() {
    return streams > 0;
  }

  /**
   * Whether the control plane has given it up: it went on by itself for longer than it is waited
   * for, and has not taken in anything since.
   */
  boolean isGivenUp(long nowNanos) {
    return nowNanos >= promisedUntilNanos;
  }

  /** Whether it was sent anything since it was started. */
  boolean isConfigured() {
    return !used.assignments().isEmpty();
  }

  Map<String, Assignment> used() {
    return used.assignments();
  }

  void count(String cluster) {
    totals.merge(cluster, 1L, Long::sum);
  }

  void connect(Lifecycle lifecycle) {
    if (streams == 0) {
      streams = 1;
      reportStream++;
      current = false;
      lifecycle.connected(key, streams);
    }
  }

  void disconnect(Lifecycle lifecycle, long promiseNanos) {
    if (streams > 0) {
      streams = 0;
      promisedUntilNanos = Math.min(promisedUntilNanos, promiseNanos);
      current = false;
      reports.clear();
      lifecycle.reportsEnded(key, reportStream);
      lifecycle.disconnected(key, 0);
    }
  }

  /** Another node of the same id comes, or goes. */
  void changeDouble(Lifecycle lifecycle) {
    if (streams == 1) {
      streams = 2;
      lifecycle.connected(key, streams);
    } else if (streams == 2) {
      single(lifecycle);
    }
  }

  /** The other node of the same id is gone, if there was one. */
  void single(Lifecycle lifecycle) {
    if (streams == 2) {
      streams = 1;
      lifecycle.disconnected(key, streams);
    }
  }

  /** The control plane is gone, and the next one knows nothing of this node. */
  void lose(long promiseNanos) {
    streams = 0;
    promisedUntilNanos = Math.min(promisedUntilNanos, promiseNanos);
    current = false;
    reports.clear();
  }

  /** It is started anew: it has served nothing and was told nothing. */
  void restart() {
    totals.clear();
    delivered = null;
    taken = new SimulatedPublisher().snapshot(kind());
    used = taken;
  }

  /** Takes in what is published; an Envoy's main thread says so before its workers use it. */
  void receive(SimulatedPublisher publisher, Lifecycle lifecycle) {
    if (streams == 0) {
      return;
    }
    taken = publisher.snapshot(kind());
    current = true;
    if (kind() == NodeKind.DAEMON) {
      switchWorkers();
    }
    for (ResourceType type : ResourceType.values()) {
      lifecycle.acknowledged(key, type, taken.revision());
    }
  }

  void switchWorkers() {
    used = taken;
    if (current) {
      promisedUntilNanos = NEVER;
    }
  }

  void report(SimulatedTraffic traffic, SimulatedPublisher publisher) {
    if (streams == 0) {
      return;
    }
    Map<String, Counts> clusters = new HashMap<>();
    Optional<Long> revision =
        used.source() == publisher ? Optional.of(used.revision()) : Optional.empty();
    for (String cluster : used.assignments().keySet()) {
      long active = traffic.active(this, cluster);
      long total = totals.getOrDefault(cluster, 0L);
      clusters.put(
          cluster,
          new Counts(total, total, active, active, traffic.parked(this, cluster), revision));
    }
    reports.add(new ActivityReport(key, reportStream, clusters));
  }

  void deliver(Lifecycle lifecycle) {
    ActivityReport report = reports.poll();
    if (report != null) {
      delivered = report;
      lifecycle.reported(report);
    }
  }

  void deliverAgain(Lifecycle lifecycle) {
    if (delivered != null && streams > 0 && delivered.stream() == reportStream) {
      lifecycle.reported(delivered);
    }
  }

  void deliverAll(Lifecycle lifecycle) {
    while (!reports.isEmpty()) {
      deliver(lifecycle);
    }
  }

  @Override
  public String toString() {
    return key.toString();
  }
}
