package io.zenvoy.xds.workloads;

import java.util.function.Consumer;

/** Chooses the one control plane that serves. */
public interface Election extends AutoCloseable {
  /**
   * Begins to take part. To be called once, when everything is known, so that whoever is elected
   * serves at once.
   *
   * @param elected given a leadership each time that it was won; called on the election's thread;
   *     must not block
   */
  void start(Consumer<Leadership> elected);

  /**
   * Why this control plane could not lead now, in one line; empty if it could, or could a few
   * seconds ago. It is no reason to restart it. Thread-safe.
   */
  String unready();

  /**
   * Takes part no longer, and gives a leadership up at once so that another one need not wait for
   * its end. The caller has stopped to serve. Blocks for three seconds at most. Idempotent.
   */
  @Override
  void close();
}
