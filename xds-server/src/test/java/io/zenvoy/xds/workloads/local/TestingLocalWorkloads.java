package io.zenvoy.xds.workloads.local;

import static org.awaitility.Awaitility.await;

import io.zenvoy.common.HostPort;
import io.zenvoy.xds.model.Endpoints;
import io.zenvoy.xds.model.WorkloadKey;
import io.zenvoy.xds.workloads.ScaleOutcome;
import io.zenvoy.xds.workloads.ScaleRequest;
import io.zenvoy.xds.workloads.WorkloadEvent;
import io.zenvoy.xds.workloads.WorkloadEvent.EndpointsChanged;
import io.zenvoy.xds.workloads.WorkloadEvent.WorkloadObserved;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** Collects the events of the adapter for its one service, {@code hello}. */
final class TestingLocalWorkloads implements AutoCloseable {
  private static final WorkloadKey HELLO =
      new WorkloadKey(WorkloadKey.Kind.PROCESS, "local", "hello");

  private final List<WorkloadEvent> events = new CopyOnWriteArrayList<>();
  private final LocalWorkloads local;

  TestingLocalWorkloads(Path file) {
    local =
        LocalWorkloads.fromFile(
            file, new LocalDefaults(Duration.ofMinutes(5), Duration.ofMinutes(1), 100));
    local.start(events::add);
  }

  List<WorkloadEvent> events() {
    return List.copyOf(events);
  }

  <E extends WorkloadEvent> E awaitEvent(Class<E> type) {
    await().until(() -> events.stream().anyMatch(type::isInstance));
    return last(type);
  }

  int replicas() {
    return last(WorkloadObserved.class).replicas();
  }

  String version() {
    return last(WorkloadObserved.class).version();
  }

  List<HostPort> endpoints() {
    return last(EndpointsChanged.class).byPort().getOrDefault("", Endpoints.NONE).ready();
  }

  /** Scales as somebody who has seen all events would. */
  ScaleOutcome scaleTo(int replicas) {
    awaitEvent(WorkloadEvent.Synced.class);
    return scale(replicas(), version(), replicas);
  }

  ScaleOutcome scale(int observedReplicas, String observedVersion, int replicas) {
    return scale(new ScaleRequest(HELLO, observedReplicas, observedVersion, replicas));
  }

  ScaleOutcome scaleUnknown() {
    return scale(
        new ScaleRequest(new WorkloadKey(WorkloadKey.Kind.PROCESS, "local", "unknown"), 0, "1", 1));
  }

  private ScaleOutcome scale(ScaleRequest request) {
    int before = events.size();
    CompletableFuture<ScaleOutcome> outcome = new CompletableFuture<>();
    local.scale(request, outcome::complete);
    ScaleOutcome reached = outcome.orTimeout(5, TimeUnit.SECONDS).join();
    if (reached instanceof ScaleOutcome.Scaled) {
      await()
          .until(() -> events.stream().skip(before).anyMatch(WorkloadObserved.class::isInstance));
    }
    return reached;
  }

  private <E> E last(Class<E> type) {
    return events.stream()
        .filter(type::isInstance)
        .map(type::cast)
        .reduce((earlier, later) -> later)
        .orElseThrow();
  }

  @Override
  public void close() {
    local.close();
  }
}
