package io.zenvoy.benchmarks.crowd;

import io.zenvoy.it.ChildProcess;
import java.io.IOException;

/** A process that accepts connections and keeps them. */
interface Acceptor {
  ChildProcess process();

  /**
   * Waits until it has accepted so many connections.
   *
   * @throws IOException if it takes too long
   */
  void awaitAccepted(int connections) throws IOException, InterruptedException;
}
