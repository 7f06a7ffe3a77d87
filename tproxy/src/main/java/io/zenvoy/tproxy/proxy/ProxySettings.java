package io.zenvoy.tproxy.proxy;

import io.zenvoy.tproxy.redirect.ReceivableSlots;
import java.time.Duration;

/**
 * What the proxy must know.
 *
 * @param maxParked connections of the whole process that may wait, at least 1
 * @param allowLocalUpstreams whether clusters that are marked local may be dialled on loopback
 * @param eventLoops how many threads own connections, at least 1
 * @param releaseWindow how many connections one cluster's endpoints are given at a time before they
 *     have proven that they accept them, divided among the event loops
 * @param pipes how many each event loop may have for what comes in bulk; without one it is copied
 * @param unknownSlotGrace how long a connection to a slot of no cluster waits for a newer table
 * @param drainTimeout how long {@link Proxy#close} waits for connections to end
 * @param pages for browsers
 */
public record ProxySettings(
    ReceivableSlots slots,
    int maxParked,
    boolean allowLocalUpstreams,
    int eventLoops,
    int releaseWindow,
    int pipes,
    Duration unknownSlotGrace,
    Duration drainTimeout,
    Pages pages) {
  private static final int MOST_EVENT_LOOPS = 4;

  /** A backlog is 128 or more nearly everywhere, and others connect, too. */
  private static final int RELEASE_WINDOW = 96;

  /** Settings for a machine with so many processors. */
  public static ProxySettings of(
      ReceivableSlots slots,
      int maxParked,
      boolean allowLocalUpstreams,
      Duration drainTimeout,
      Pages pages,
      int processors) {
    return new ProxySettings(
        slots,
        maxParked,
        allowLocalUpstreams,
        Math.min(processors, MOST_EVENT_LOOPS),
        RELEASE_WINDOW,
        PipePool.MOST,
        Duration.ofSeconds(5),
        drainTimeout,
        pages);
  }

  /** The same without pipes: all bytes are copied. */
  public ProxySettings copying() {
    return new ProxySettings(
        slots,
        maxParked,
        allowLocalUpstreams,
        eventLoops,
        releaseWindow,
        0,
        unknownSlotGrace,
        drainTimeout,
        pages);
  }
}
