package io.zenvoy.xds.workloads;

import java.util.function.Consumer;

/** Tells what changes where the workloads run. */
public interface WorkloadSource extends AutoCloseable {
  /**
   * Starts to watch. Problems later on are retried with back-off, and the last known state is kept
   * meanwhile.
   *
   * @param events called on the adapter's threads, never by two at a time; must not block
   */
  void start(Consumer<WorkloadEvent> events);

  /** Stops watching; no event is sent after it returns. Idempotent. */
  @Override
  void close();
}
