package io.zenvoy.xds.lifecycle;

import io.zenvoy.xds.model.Assignment;
import io.zenvoy.xds.model.Cluster;
import io.zenvoy.xds.model.Entrances;
import io.zenvoy.xds.serve.NodeKind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Remembers what was published, and in which order. */
final class TestingPublisher implements Publisher {
  final List<String> journal = new ArrayList<>();
  final Map<NodeKind, Map<String, Assignment>> assignments = new EnumMap<>(NodeKind.class);
  Entrances entrances = Entrances.NONE;
  boolean open;

  /** Whether routes can't be published. */
  boolean broken;

  long revision;

  TestingPublisher() {
    for (NodeKind kind : NodeKind.values()) {
      assignments.put(kind, new HashMap<>());
    }
  }

  Map<String, Assignment> at(NodeKind kind) {
    return assignments.getOrDefault(kind, Map.of());
  }

  Assignment at(NodeKind kind, String cluster) {
    return Objects.requireNonNull(at(kind).get(cluster), cluster);
  }

  @Override
  public long define(NodeKind audience, Assignment assignment) {
    at(audience).put(assignment.cluster().name(), assignment);
    return note("define " + assignment.cluster().name() + " for " + audience);
  }

  @Override
  public long redefine(NodeKind audience, Assignment assignment) {
    return note("redefine " + assignment.cluster().name() + " for " + audience);
  }

  @Override
  public long withdraw(NodeKind audience, Cluster cluster) {
    at(audience).remove(cluster.name());
    return note("withdraw " + cluster.name() + " from " + audience);
  }

  @Override
  public long assign(NodeKind audience, Assignment assignment) {
    at(audience).put(assignment.cluster().name(), assignment);
    return note("assign " + assignment.cluster().name() + " for " + audience);
  }

  @Override
  public long route(Entrances published) {
    if (broken) {
      throw new IllegalStateException("broken");
    }
    entrances = published;
    return note(
        "routes " + published.routes().stream().map(route -> route.cluster().name()).toList());
  }

  @Override
  public void open() {
    open = true;
    journal.add("open");
  }

  private long note(String what) {
    journal.add(what);
    return ++revision;
  }
}
