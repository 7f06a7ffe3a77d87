package io.zenvoy.xds.workloads.local;

import io.zenvoy.common.HostPort;
import io.zenvoy.common.process.ProcessGroups;
import io.zenvoy.xds.model.Endpoints;
import io.zenvoy.xds.model.WorkloadKey;
import io.zenvoy.xds.workloads.ScaleOutcome;
import io.zenvoy.xds.workloads.ScaleRequest;
import io.zenvoy.xds.workloads.WorkloadEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One service's process through its life: off, starting, ready, ending. Owned by the adapter's
 * thread: every method is called there, and so is {@code events}.
 */
final class LocalWorkload {
  private static final Logger log = LoggerFactory.getLogger(LocalWorkload.class);
  private static final Duration END_GRACE = Duration.ofSeconds(10);

  private final LocalService service;
  private final ProcessGroups groups;
  private final Executor owner;
  private final Consumer<WorkloadEvent> events;

  private State state = new State.Off();
  private int replicas;
  private long version = 1;

  private sealed interface State {
    record Off() implements State {}

    record Starting(LocalProcess process) implements State {}

    record Ready(LocalProcess process) implements State {}

    /** Told to end; the next start waits for its exit, because the port is still taken. */
    record Ending(LocalProcess process) implements State {}
  }

  LocalWorkload(
      LocalService service, ProcessGroups groups, Executor owner, Consumer<WorkloadEvent> events) {
    this.service = service;
    this.groups = groups;
    this.owner = owner;
    this.events = events;
  }

  WorkloadKey key() {
    return service.workload();
  }

  /** Tells everything that there is to know at the start. */
  void introduce() {
    events.accept(new WorkloadEvent.ServiceChanged(service.specification()));
    tellReplicas();
    tellEndpoints(Endpoints.NONE);
  }

  void scale(ScaleRequest request, Consumer<ScaleOutcome> outcome) {
    if (request.observedReplicas() != replicas
        || !request.observedVersion().equals(Long.toString(version))) {
      outcome.accept(new ScaleOutcome.Conflict(replicas, Long.toString(version)));
      return;
    }
    if (request.replicas() < 0 || request.replicas() > 1) {
      outcome.accept(
          new ScaleOutcome.Refused(
              "replicas: " + request.replicas() + " (expected: 0 or 1 for a local process)"));
      return;
    }
    outcome.accept(new ScaleOutcome.Scaled());
    if (request.replicas() != replicas) {
      setReplicas(request.replicas());
      if (replicas == 1) {
        wake();
      } else {
        sleep();
      }
    }
  }

  /**
   * Ends the process, if there is one, without telling anybody.
   *
   * @return completes when it has exited
   */
  CompletableFuture<Integer> end() {
    replicas = 0;
    return switch (state) {
      case State.Off() -> CompletableFuture.completedFuture(0);
      case State.Starting(LocalProcess process) -> {
        end(process);
        yield process.exit();
      }
      case State.Ready(LocalProcess process) -> {
        end(process);
        yield process.exit();
      }
      case State.Ending(LocalProcess process) -> process.exit();
    };
  }

  private void end(LocalProcess process) {
    state = new State.Ending(process);
    process.group().end(END_GRACE);
  }

  private void wake() {
    switch (state) {
      case State.Off() -> start();
      case State.Ending(LocalProcess process) -> {
        // Its exit starts the next one.
      }
      case State.Starting(LocalProcess process) -> throw unexpected("wake");
      case State.Ready(LocalProcess process) -> throw unexpected("wake");
    }
  }

  private void sleep() {
    tellEndpoints(Endpoints.NONE);
    switch (state) {
      case State.Off() -> throw unexpected("sleep");
      case State.Ending(LocalProcess process) -> {
        // Woken and put to sleep again while the last run was ending: nothing was started yet.
      }
      case State.Starting(LocalProcess process) -> end(process);
      case State.Ready(LocalProcess process) -> end(process);
    }
  }

  private void start() {
    LocalProcess process;
    try {
      int port = service.port().isPresent() ? service.port().getAsInt() : LoopbackPorts.findFree();
      if (!LoopbackPorts.isFree(port)) {
        failStart("port " + port + " is in use by another program");
        return;
      }
      process = LocalProcess.start(service, port, groups);
    } catch (IOException e) {
      failStart("can't be started: " + e.getMessage());
      return;
    }
    log.atInfo()
        .addKeyValue("service", service.name())
        .addKeyValue("pid", process.group().pid())
        .addKeyValue("port", process.port())
        .log("process started");
    state = new State.Starting(process);
    events.accept(new WorkloadEvent.WorkloadRecovered(service.workload()));
    var _ = process.exit().thenAcceptAsync(code -> exited(process, code), owner);
    var _ = process.portOpen().thenAcceptAsync(endpoint -> portOpened(process, endpoint), owner);
  }

  private void failStart(String reason) {
    log.atWarn()
        .addKeyValue("service", service.name())
        .addKeyValue("reason", reason)
        .log("process not started");
    fail(reason);
  }

  private void portOpened(LocalProcess process, HostPort endpoint) {
    if (!state.equals(new State.Starting(process)) || !process.group().isAlive()) {
      return;
    }
    log.atInfo()
        .addKeyValue("service", service.name())
        .addKeyValue("port", process.port())
        .addKeyValue("after_ms", process.ageMillis())
        .log("process ready");
    state = new State.Ready(process);
    tellEndpoints(new Endpoints(List.of(endpoint), List.of()));
  }

  private void exited(LocalProcess process, int code) {
    State before = state;
    state = new State.Off();
    switch (before) {
      case State.Starting(LocalProcess ignored) -> failedToOpen(process, code);
      case State.Ready(LocalProcess ignored) -> {
        tellEndpoints(Endpoints.NONE);
        logStopped(process, code);
        setReplicas(0);
      }
      case State.Ending(LocalProcess ignored) -> {
        logStopped(process, code);
        if (replicas == 1) {
          start();
        }
      }
      case State.Off() -> throw unexpected("exit");
    }
  }

  private void failedToOpen(LocalProcess process, int code) {
    log.atWarn()
        .addKeyValue("service", service.name())
        .addKeyValue("exit_code", code)
        .addKeyValue("output", process.output().text())
        .log("process exited before its port opened");
    fail("exited with code " + code + " before its port " + process.port() + " opened");
  }

  /** The verdict comes before the replicas: nobody should see zero and wake it once more. */
  private void fail(String reason) {
    events.accept(new WorkloadEvent.WorkloadFailed(service.workload(), reason));
    setReplicas(0);
  }

  private void logStopped(LocalProcess process, int code) {
    log.atInfo()
        .addKeyValue("service", service.name())
        .addKeyValue("pid", process.group().pid())
        .addKeyValue("exit_code", code)
        .log("process stopped");
  }

  private void setReplicas(int replicas) {
    this.replicas = replicas;
    version++;
    tellReplicas();
  }

  private void tellReplicas() {
    events.accept(
        new WorkloadEvent.WorkloadObserved(service.workload(), replicas, Long.toString(version)));
  }

  private void tellEndpoints(Endpoints endpoints) {
    events.accept(
        new WorkloadEvent.EndpointsChanged(
            service.key(), Map.of(LocalService.PORT_NAME, endpoints)));
  }

  private IllegalStateException unexpected(String what) {
    return new IllegalStateException(service.name() + ": " + what + " while " + state);
  }
}
