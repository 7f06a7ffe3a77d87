package io.zenvoy.xds.workloads.kubernetes;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that owns the {@link Inventory}: fabric8 calls each informer's handlers on another
 * one.
 */
final class EventLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EventLoop.class);
  private static final long CLOSE_SECONDS = 10;

  private final ExecutorService executor =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("kubernetes-events").daemon().factory());
  private volatile boolean closed;

  /** Runs an action after all that were handed over before. Never blocks; thread-safe. */
  void execute(Runnable action) {
    try {
      executor.execute(() -> run(action));
    } catch (RejectedExecutionException e) {
      // Closed: nobody wants to hear it any more.
      LOG.atDebug().log("an event came after the end");
    }
  }

  private void run(Runnable action) {
    if (closed) {
      return;
    }
    try {
      action.run();
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).log("a change in Kubernetes could not be handled");
    }
  }

  /** No action runs after it returns. */
  @Override
  public void close() {
    closed = true;
    executor.shutdown();
    try {
      if (!executor.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        LOG.atError().log("the events' thread does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
