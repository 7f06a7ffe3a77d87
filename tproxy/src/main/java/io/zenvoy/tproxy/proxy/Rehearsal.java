package io.zenvoy.tproxy.proxy;

import io.netty.channel.ChannelException;
import io.netty.channel.IoEventLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wakes that are played before clients have them. The first one, before anything is accepted, has
 * what runs for the first time loaded and linked, which takes tens of milliseconds. The others
 * follow in the background until Java has compiled what a wake runs, which it does after some
 * hundred times; from then on a wake takes a fifth of the time. Owned by an event loop.
 */
final class Rehearsal {
  /** Somewhat more than Java compiles after ({@code Tier3InvocationThreshold}). */
  static final int WAKES = 300;

  private static final Logger log = LoggerFactory.getLogger(Rehearsal.class);
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final long LOOK_MILLIS = 1;

  /** Who connects meanwhile has the event loop for itself most of the time. */
  private static final long PAUSE_MILLIS = 10;

  private final IoEventLoop eventLoop;
  private final CompletableFuture<Void> first = new CompletableFuture<>();
  private final long begunNanos = System.nanoTime();
  private int wakesLeft;
  private @Nullable RehearsalStage stage;

  private Rehearsal(IoEventLoop eventLoop, int wakes) {
    this.eventLoop = eventLoop;
    this.wakesLeft = wakes;
  }

  /**
   * Begins to play. From any thread.
   *
   * @param wakes how many, at least 1
   */
  static Rehearsal begin(IoEventLoop eventLoop, int wakes) {
    Rehearsal rehearsal = new Rehearsal(eventLoop, wakes);
    eventLoop.execute(rehearsal::open);
    return rehearsal;
  }

  /**
   * The first wake.
   *
   * @return completes in the event loop when it is over; exceptionally if it failed, and then no
   *     other one is played
   */
  CompletableFuture<Void> first() {
    return first;
  }

  /** Leaves the stage, if it is still in use. */
  void close() {
    assert eventLoop.inEventLoop();
    RehearsalStage open = stage;
    if (open != null) {
      stage = null;
      open.close();
    }
  }

  private void open() {
    try {
      stage = new RehearsalStage(eventLoop);
      play();
    } catch (IOException | ChannelException e) {
      end(e);
    }
  }

  private void play() {
    RehearsalStage open = stage;
    if (open != null) {
      goOn(open.new Wake(), System.nanoTime());
    }
  }

  private void goOn(RehearsalStage.Wake wake, long wakeBegunNanos) {
    if (stage == null) {
      return;
    }
    try {
      if (wake.goOn()) {
        played();
      } else if (System.nanoTime() - wakeBegunNanos > PATIENCE.toNanos()) {
        end(new IOException("not over after " + PATIENCE));
      } else {
        later(() -> goOn(wake, wakeBegunNanos), LOOK_MILLIS);
      }
    } catch (IOException | RuntimeException | Error e) {
      end(e);
    }
  }

  private void played() {
    first.complete(null);
    wakesLeft--;
    if (wakesLeft > 0) {
      later(this::play, PAUSE_MILLIS);
    } else {
      log.atDebug()
          .addKeyValue("took_ms", (System.nanoTime() - begunNanos) / 1_000_000)
          .log("rehearsed");
      close();
    }
  }

  private void later(Runnable task, long millis) {
    var _ = eventLoop.schedule(task, millis, TimeUnit.MILLISECONDS);
  }

  private void end(Throwable failure) {
    log.atWarn().setCause(failure).log("the rehearsal failed; first connections may take longer");
    first.completeExceptionally(failure);
    close();
  }
}
