package io.zenvoy.xds.workloads.local;

import io.zenvoy.common.StartupException;
import io.zenvoy.common.process.ProcessGroups;
import io.zenvoy.xds.model.WorkloadKey;
import io.zenvoy.xds.workloads.ScaleOutcome;
import io.zenvoy.xds.workloads.ScaleRequest;
import io.zenvoy.xds.workloads.Scaler;
import io.zenvoy.xds.workloads.WorkloadEvent;
import io.zenvoy.xds.workloads.WorkloadSource;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Services that are processes of this machine: scaling to one starts a service's command, scaling
 * to zero ends it and all of its children. An opened port counts as ready.
 *
 * <p>Thread-safe. One thread of its own owns all state and sends all events.
 */
public final class LocalWorkloads implements WorkloadSource, Scaler {
  /** The namespace that all local services are in. */
  public static final String NAMESPACE = "local";

  private static final Logger log = LoggerFactory.getLogger(LocalWorkloads.class);

  /** For processes whose parent was killed; an orderly end gives each ten seconds. */
  private static final Duration GRACE_AFTER_KILL = Duration.ofSeconds(3);

  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(15);

  private final List<LocalService> services;
  private final ProcessGroups groups;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("local-workloads").daemon().factory());

  // Both owned by the thread.
  private final Map<WorkloadKey, LocalWorkload> workloads = new LinkedHashMap<>();
  private boolean closing;

  private LocalWorkloads(List<LocalService> services, ProcessGroups groups) {
    this.services = services;
    this.groups = groups;
  }

  /**
   * Reads the services; nothing is started yet.
   *
   * @throws StartupException if the file is wrong, with file, line and key, or if this machine has
   *     no {@code setsid}
   */
  public static LocalWorkloads fromFile(Path file, LocalDefaults defaults) {
    List<LocalService> services = ServicesFile.read(file, defaults);
    try {
      return new LocalWorkloads(services, ProcessGroups.open(GRACE_AFTER_KILL));
    } catch (IOException e) {
      throw new StartupException(
          "LOCAL_SERVICES: processes can't be started here (needed: setsid and sh): "
              + e.getMessage(),
          e);
    }
  }

  @Override
  public void start(Consumer<WorkloadEvent> events) {
    Consumer<WorkloadEvent> whileOpen =
        event -> {
          if (!closing) {
            events.accept(event);
          }
        };
    run(
        () -> {
          for (LocalService service : services) {
            workloads.put(
                service.workload(), new LocalWorkload(service, groups, this::run, whileOpen));
          }
          workloads.values().forEach(LocalWorkload::introduce);
          whileOpen.accept(new WorkloadEvent.Synced());
        });
  }

  @Override
  public void scale(ScaleRequest request, Consumer<ScaleOutcome> outcome) {
    boolean accepted =
        run(
            () -> {
              @Nullable LocalWorkload workload = workloads.get(request.workload());
              if (closing) {
                outcome.accept(new ScaleOutcome.Unavailable("zenvoy is stopping"));
              } else if (workload == null) {
                outcome.accept(new ScaleOutcome.Missing());
              } else {
                workload.scale(request, outcome);
              }
            });
    if (!accepted) {
      outcome.accept(new ScaleOutcome.Unavailable("zenvoy is stopping"));
    }
  }

  /** Ends all processes and waits for them: at most 15 seconds. */
  @Override
  public void close() {
    CompletableFuture<Void> ended = new CompletableFuture<>();
    boolean accepted =
        run(
            () -> {
              closing = true;
              CompletableFuture<Void> exits =
                  CompletableFuture.allOf(
                      workloads.values().stream()
                          .map(LocalWorkload::end)
                          .toArray(CompletableFuture[]::new));
              // Behind what the exits have queued on this thread.
              var _ = exits.whenCompleteAsync((nothing, error) -> ended.complete(null), this::run);
            });
    if (!accepted) {
      return;
    }
    try {
      ended.get(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (TimeoutException e) {
      log.atWarn().addKeyValue("after", CLOSE_TIMEOUT).log("processes still there");
    } catch (ExecutionException e) {
      throw new IllegalStateException("completed normally only", e);
    } finally {
      groups.close();
      thread.shutdownNow();
    }
  }

  /** Runs on the owning thread; false if it has ended. */
  private boolean run(Runnable task) {
    try {
      thread.execute(
          () -> {
            try {
              task.run();
            } catch (RuntimeException e) {
              log.atError().setCause(e).log("local workloads: a step failed");
            }
          });
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }
}
