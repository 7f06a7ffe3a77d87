package io.zenvoy.xds.lifecycle;

import io.zenvoy.xds.serve.ActivityReport;
import io.zenvoy.xds.serve.NodeEvents;
import io.zenvoy.xds.serve.NodeKey;
import io.zenvoy.xds.serve.ResourceType;
import io.zenvoy.xds.workloads.Scaler;
import io.zenvoy.xds.workloads.WorkloadEvent;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that owns the life cycle. Everybody else hands events over and goes on; nobody
 * ever waits for it. An event that fails is logged and does not stop those behind it.
 */
public final class LifecycleThread implements NodeEvents, Consumer<WorkloadEvent>, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LifecycleThread.class);
  private static final long TICK_MILLIS = 50;

  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("lifecycle").daemon(true).factory());
  private final Lifecycle lifecycle;
  private volatile boolean synced;

  /**
   * @param scaler asked from this thread; its answers are brought back to it
   * @param lifecycle makes the life cycle with a scaler that it may use
   */
  public LifecycleThread(Scaler scaler, Function<Scaler, Lifecycle> lifecycle) {
    this.lifecycle =
        lifecycle.apply(
            (request, outcome) ->
                scaler.scale(request, result -> hand(() -> outcome.accept(result))));
  }

  /** Starts to let time pass. */
  @SuppressWarnings("FutureReturnValueIgnored") // hand() catches whatever a tick throws
  public void start() {
    executor.scheduleWithFixedDelay(
        () -> run(lifecycle::tick), TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Whether everything that existed at the start is known. */
  public boolean isSynced() {
    return synced;
  }

  @Override
  public void accept(WorkloadEvent event) {
    hand(
        () -> {
          lifecycle.changed(event);
          synced = lifecycle.isSynced();
        });
  }

  @Override
  public void connected(NodeKey node, int streams) {
    hand(() -> lifecycle.connected(node, streams));
  }

  @Override
  public void disconnected(NodeKey node, int streams) {
    hand(() -> lifecycle.disconnected(node, streams));
  }

  @Override
  public void acknowledged(NodeKey node, ResourceType type, long revision) {
    hand(() -> lifecycle.acknowledged(node, type, revision));
  }

  @Override
  public void rejected(NodeKey node, ResourceType type, String reason) {
    hand(() -> lifecycle.rejected(node, type, reason));
  }

  @Override
  public void reported(ActivityReport report) {
    hand(() -> lifecycle.reported(report));
  }

  @Override
  public void reportsEnded(NodeKey node, long stream) {
    hand(() -> lifecycle.reportsEnded(node, stream));
  }

  /** Stops; what was handed over and not yet done is dropped. */
  @Override
  public void close() {
    executor.shutdownNow();
  }

  private void hand(Runnable event) {
    try {
      executor.execute(() -> run(event));
    } catch (RejectedExecutionException e) {
      LOG.debug("dropped an event while stopping", e);
    }
  }

  private static void run(Runnable event) {
    try {
      event.run();
    } catch (RuntimeException | Error e) {
      LOG.atError().setCause(e).log("an event of the life cycle failed");
    }
  }
}
