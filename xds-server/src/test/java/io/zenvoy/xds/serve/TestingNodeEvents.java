package io.zenvoy.xds.serve;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers what the gRPC edge told. */
final class TestingNodeEvents implements NodeEvents {
  /** One thing that was told. */
  sealed interface Event {
    record Connected(NodeKey node, int streams) implements Event {}

    record Disconnected(NodeKey node, int streams) implements Event {}

    record Acknowledged(NodeKey node, ResourceType type, long revision) implements Event {}

    record Rejected(NodeKey node, ResourceType type, String reason) implements Event {}

    record Reported(ActivityReport report) implements Event {}

    record ReportsEnded(NodeKey node, long stream) implements Event {}
  }

  private final List<Event> all = new CopyOnWriteArrayList<>();

  List<Event> all() {
    return List.copyOf(all);
  }

  <E extends Event> List<E> of(Class<E> type) {
    return all.stream().filter(type::isInstance).map(type::cast).toList();
  }

  /** The newest revision of a type that a node accepted; 0 if none. */
  long acknowledged(NodeKey node, ResourceType type) {
    return of(Event.Acknowledged.class).stream()
        .filter(event -> event.node().equals(node) && event.type() == type)
        .mapToLong(Event.Acknowledged::revision)
        .max()
        .orElse(0);
  }

  @Override
  public void connected(NodeKey node, int streams) {
    all.add(new Event.Connected(node, streams));
  }

  @Override
  public void disconnected(NodeKey node, int streams) {
    all.add(new Event.Disconnected(node, streams));
  }

  @Override
  public void acknowledged(NodeKey node, ResourceType type, long revision) {
    all.add(new Event.Acknowledged(node, type, revision));
  }

  @Override
  public void rejected(NodeKey node, ResourceType type, String reason) {
    all.add(new Event.Rejected(node, type, reason));
  }

  @Override
  public void reported(ActivityReport report) {
    all.add(new Event.Reported(report));
  }

  @Override
  public void reportsEnded(NodeKey node, long stream) {
    all.add(new Event.ReportsEnded(node, stream));
  }
}
