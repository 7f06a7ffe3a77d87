package io.zenvoy.it;

import java.time.Duration;

/** Lets time pass on a virtual thread. */
public final class Pause {
  private Pause() {}

  /**
   * Returns after the time.
   *
   * @throws IllegalStateException if the thread was told to end
   */
  public static void of(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
