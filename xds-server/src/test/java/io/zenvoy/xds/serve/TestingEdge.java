package io.zenvoy.xds.serve;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** A server on a free port of this machine, and a client of it. */
final class TestingEdge implements AutoCloseable {
  private final AtomicBoolean leads = new AtomicBoolean(true);
  private final TestingNodeEvents events = new TestingNodeEvents();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final XdsGrpcServer server;
  private final TestingAdsClient client;

  TestingEdge() {
    server = new XdsGrpcServer(TestingResources.SETTINGS, events, registry, leads::get);
    server.start();
    client = new TestingAdsClient(server.port());
  }

  XdsGrpcServer server() {
    return server;
  }

  TestingAdsClient client() {
    return client;
  }

  /** The leadership has ended, which nobody has told the server yet. */
  void leadsNoLonger() {
    leads.set(false);
  }

  TestingNodeEvents events() {
    return events;
  }

  SimpleMeterRegistry registry() {
    return registry;
  }

  long apply(ResourceChange... changes) {
    return server.apply(List.of(changes));
  }

  /** The sum of a counter over all kinds of node. */
  double counter(String name, String tag, String value) {
    return registry.find(name).tag(tag, value).counters().stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }

  @Override
  public void close() {
    client.close();
    server.close();
  }
}
