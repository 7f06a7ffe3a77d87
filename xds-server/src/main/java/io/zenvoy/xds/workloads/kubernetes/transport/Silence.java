package io.zenvoy.xds.workloads.kubernetes.transport;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.function.IntSupplier;

/**
 * For how many beats one stream has been silent although its receiver was ready for more. Counting
 * beats instead of comparing times spares a process that was stopped and goes on: to it, all that
 * it is connected with seems silent at first. Thread-safe.
 */
final class Silence {
  private final IntSupplier limit;

  @GuardedBy("this")
  private long demand;

  @GuardedBy("this")
  private int beats;

  /**
   * @param limit the number of beats that may pass without a word
   */
  Silence(IntSupplier limit) {
    this.limit = limit;
  }

  /** The receiver is ready for more messages. */
  synchronized void demanded(long messages) {
    if (demand == 0) {
      beats = 0;
    }
    long sum = demand + messages;
    demand = sum < 0 ? Long.MAX_VALUE : sum;
  }

  /** A message came, whatever it says. */
  synchronized void heard() {
    beats = 0;
    if (demand > 0 && demand < Long.MAX_VALUE) {
      demand--;
    }
  }

  /** One more beat; whether there were too many without a word. */
  synchronized boolean isTooLong() {
    if (demand == 0) {
      return false; // what has come already waits for the receiver
    }
    beats++;
    return beats > limit.getAsInt();
  }
}
