package io.zenvoy.benchmarks.crowd;

import java.io.IOException;

/** A process that accepts connections and keeps them. */
interface Acceptor {
  long pid();

  /** Stops it in its tracks: what connects waits in the backlog. */
  void freeze();

  void thaw();

  /**
   * Waits until it has accepted so many connections.
   *
   * @throws IOException if it takes too long
   */
  void awaitAccepted(int connections) throws IOException, InterruptedException;
}
