package io.zenvoy.tproxy.proxy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Wakes that are played before clients have them. The first one, before anything is accepted, has
 * what runs for the first time loaded and linked, which takes tens of milliseconds. The others
 * follow in the background until Java has compiled what a wake runs, which it does after some
 * hundred times, and only while nobody is connected. Owned by an event loop.
 */
final class Rehearsal {
  /** Somewhat more than Java compiles after ({@code Tier3InvocationThreshold}). */
  static final int WAKES = 300;

  private static final Logger log = LoggerFactory.getLogger(Rehearsal.class);

  /** For one wake. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private static final long LOOK_MILLIS = 1;

  private static final long PAUSE_MILLIS = 5;

  /** Whoever is connected is not disturbed: the next wake is played when nobody is. */
  private static final long POSTPONED_MILLIS = 1_000;

  /** After so many of them real connections have had compiled what they run. */
  private static final int MOST_POSTPONEMENTS = 60;

  /** By then whoever was left on a stage that was cleared has ended. */
  private static final long CLEARED_MILLIS = 100;

  private final ProxyLoop loop;
  private final CompletableFuture<Void> first = new CompletableFuture<>();
  private final long begunNanos = System.nanoTime();
  private int wakesLeft;
  private int postponements;
  private long accepted;
  private long wakeBegunNanos;
  private @Nullable RehearsalStage stage;
  private RehearsalStage.@Nullable Wake wake;

  private Rehearsal(ProxyLoop loop, int wakes) {
    this.loop = loop;
    this.wakesLeft = wakes;
  }

  /**
   * Begins to play. From any thread.
   *
   * @param wakes how many, at least 1
   */
  static Rehearsal begin(ProxyLoop loop, int wakes) {
    Rehearsal rehearsal = new Rehearsal(loop, wakes);
    loop.eventLoop().execute(rehearsal::play);
    return rehearsal;
  }

  /**
   * The first wake.
   *
   * @return completes in the event loop when it is over; exceptionally if it failed; never if the
   *     event loop ends before
   */
  CompletableFuture<Void> first() {
    return first;
  }

  /** The event loop ends. */
  void close() {
    assert loop.inEventLoop();
    wakesLeft = 0;
    wake = null;
    RehearsalStage open = stage;
    if (open != null) {
      stage = null;
      open.close();
    }
  }

  private void play() {
    if (wakesLeft == 0) {
      return;
    }
    if (first.isDone() && wake == null && somebodyConnects()) {
      postpone();
      return;
    }
    long delay = LOOK_MILLIS;
    try {
      if (goOn()) {
        wakesLeft--;
        delay = PAUSE_MILLIS;
        first.complete(null);
      }
    } catch (IOException | RuntimeException | Error e) {
      fail(e);
    }
    if (wakesLeft > 0) {
      later(this::play, delay);
    } else {
      end();
    }
  }

  /** Whether somebody is connected, or was since this was asked last. */
  private boolean somebodyConnects() {
    long before = accepted;
    accepted = loop.ledger().accepted();
    return accepted != before || !loop.ledger().isIdle();
  }

  private void postpone() {
    postponements++;
    if (postponements < MOST_POSTPONEMENTS) {
      later(this::play, POSTPONED_MILLIS);
    } else {
      wakesLeft = 0;
      end();
    }
  }

  /** Goes on with the wake that is played, or begins one; whether it is over. */
  private boolean goOn() throws IOException {
    RehearsalStage open = stage;
    if (open == null) {
      open = new RehearsalStage(loop);
      stage = open;
    }
    RehearsalStage.Wake playing = wake;
    if (playing == null) {
      playing = open.new Wake();
      wake = playing;
      wakeBegunNanos = System.nanoTime();
    }
    if (playing.goOn()) {
      wake = null;
      return true;
    }
    if (System.nanoTime() - wakeBegunNanos > PATIENCE.toNanos()) {
      throw new IOException("not over after " + PATIENCE);
    }
    return false;
  }

  /** If it is not the first wake that fails, there is other work, and most is compiled. */
  private void fail(Throwable failure) {
    log.atLevel(first.isDone() ? Level.DEBUG : Level.WARN)
        .addKeyValue("wakes_left", wakesLeft)
        .setCause(failure)
        .log("the rehearsal failed; first connections may take longer");
    wakesLeft = 0;
    first.completeExceptionally(failure);
  }

  private void end() {
    log.atDebug()
        .addKeyValue("took_ms", (System.nanoTime() - begunNanos) / 1_000_000)
        .log("the rehearsal is over");
    RehearsalStage open = stage;
    if (open != null) {
      open.clear();
      later(this::close, CLEARED_MILLIS);
    }
  }

  private void later(Runnable task, long millis) {
    var _ = loop.eventLoop().schedule(task, millis, TimeUnit.MILLISECONDS);
  }
}
