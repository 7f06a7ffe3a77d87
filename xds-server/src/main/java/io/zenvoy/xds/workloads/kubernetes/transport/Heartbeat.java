package io.zenvoy.xds.workloads.kubernetes.transport;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Beats for all that is connected, once a second, on a thread of its own. Thread-safe. */
final class Heartbeat implements AutoCloseable {
  static final Duration INTERVAL = Duration.ofSeconds(1);

  private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);

  private final Set<Runnable> listeners = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("kubernetes-heartbeat").daemon().factory());

  void start() {
    // With a fixed delay: the beats that a stopped process has missed are not made up for.
    var _ =
        thread.scheduleWithFixedDelay(
            this::beat, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Runs it at every beat; it must not block. */
  void add(Runnable listener) {
    listeners.add(listener);
  }

  void remove(Runnable listener) {
    listeners.remove(listener);
  }

  /** For how many it beats. */
  int size() {
    return listeners.size();
  }

  void beat() {
    for (Runnable listener : listeners) {
      try {
        listener.run();
      } catch (RuntimeException e) {
        LOG.atError().setCause(e).log("a silent connection could not be ended");
      }
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
