package io.zenvoy.tproxy.proxy;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pipes of one event loop. A flow has one only while bytes are in it, so that a few are enough
 * for many flows; who gets none copies. Owned by the event loop.
 */
final class PipePool {
  /** In bytes. Larger ones carry no more by a second of processor time. */
  static final int CAPACITY = 256 << 10;

  /** Flows whose sinks are slow each keep one; together they hold 4 MiB at most. */
  static final int MOST = 16;

  /** As long as the kernel has refused one it is not asked again. */
  private static final long REFUSED_NANOS = 1_000_000_000L;

  private final Deque<Pipe> idle = new ArrayDeque<>();
  private static final Logger log = LoggerFactory.getLogger(PipePool.class);

  private final int most;
  private final Reminder refusals = new Reminder();
  private int open;
  private boolean closed;
  private boolean refused;
  private long refusedNanos;

  /**
   * An empty pool.
   *
   * @param most how many may be open, 0 or more
   */
  PipePool(int most) {
    this.most = most;
  }

  /**
   * An empty pipe, which comes back by {@link #give} or {@link #discard}; null if there is none.
   */
  @Nullable Pipe take(long nowNanos) {
    Pipe pipe = idle.pollLast();
    if (pipe != null || open == most || (refused && nowNanos - refusedNanos < REFUSED_NANOS)) {
      return pipe;
    }
    try {
      pipe = Pipe.open(CAPACITY);
      open++;
      refused = false;
      return pipe;
    } catch (IOException e) {
      if (refusals.isDue(nowNanos)) {
        log.atWarn()
            .addKeyValue("reason", e.getMessage())
            .log(
                "no pipe to splice through, bulk is copied; look at nofile and"
                    + " fs.pipe-user-pages-soft");
      }
      refused = true;
      refusedNanos = nowNanos;
      return null;
    }
  }

  /** Takes an empty pipe back. */
  void give(Pipe pipe) {
    if (closed) {
      discard(pipe);
    } else {
      idle.addLast(pipe);
    }
  }

  /** Closes a pipe whose bytes nobody takes any more. */
  void discard(Pipe pipe) {
    pipe.close();
    open--;
  }

  /** Closes those that nobody has, and from now on those that come back. */
  void close() {
    closed = true;
    idle.forEach(this::discard);
    idle.clear();
  }
}
