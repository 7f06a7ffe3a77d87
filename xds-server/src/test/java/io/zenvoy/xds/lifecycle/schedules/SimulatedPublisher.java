package io.zenvoy.xds.lifecycle.schedules;

import io.zenvoy.common.Slot;
import io.zenvoy.xds.lifecycle.Publisher;
import io.zenvoy.xds.model.Assignment;
import io.zenvoy.xds.model.Cluster;
import io.zenvoy.xds.model.Entrances;
import io.zenvoy.xds.serve.NodeKind;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** What one life of the control plane has published: the latest of everything. */
final class SimulatedPublisher implements Publisher {
  private final Map<NodeKind, Map<String, Assignment>> assignments = new EnumMap<>(NodeKind.class);
  private long revision;

  SimulatedPublisher() {
    for (NodeKind kind : NodeKind.values()) {
      assignments.put(kind, new HashMap<>());
    }
  }

  /**
   * What a node has taken in.
   *
   * @param source who has sent it: revisions of another mean nothing
   */
  record Snapshot(SimulatedPublisher source, long revision, Map<String, Assignment> assignments) {}

  Snapshot snapshot(NodeKind kind) {
    return new Snapshot(this, revision, Map.copyOf(of(kind)));
  }

  /** Every cluster has the slot that it had in an earlier life of the control plane. */
  void requireSlots(Map<String, Slot> earlier) {
    for (Assignment assignment : of(NodeKind.DAEMON).values()) {
      Cluster cluster = assignment.cluster();
      Slot before = earlier.putIfAbsent(cluster.name(), cluster.slot());
      if (before != null && !before.equals(cluster.slot())) {
        throw new AssertionError("another slot after a restart: " + cluster);
      }
    }
  }

  private Map<String, Assignment> of(NodeKind kind) {
    return Objects.requireNonNull(assignments.get(kind));
  }

  @Override
  public long define(NodeKind audience, Assignment assignment) {
    return assign(audience, assignment);
  }

  @Override
  public long redefine(NodeKind audience, Assignment assignment) {
    return ++revision;
  }

  @Override
  public long withdraw(NodeKind audience, Cluster cluster) {
    of(audience).remove(cluster.name());
    return ++revision;
  }

  @Override
  public long assign(NodeKind audience, Assignment assignment) {
    of(audience).put(assignment.cluster().name(), assignment);
    return ++revision;
  }

  @Override
  public long route(Entrances entrances) {
    return ++revision;
  }

  @Override
  public void open() {}
}
