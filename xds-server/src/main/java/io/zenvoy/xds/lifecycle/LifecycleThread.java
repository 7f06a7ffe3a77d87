package io.zenvoy.xds.lifecycle;

import io.zenvoy.common.StartupException;
import io.zenvoy.xds.workloads.Leadership;
import io.zenvoy.xds.workloads.Scaler;
import io.zenvoy.xds.workloads.WorkloadEvent;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that owns the life cycle. Everybody else hands events over and goes on; nobody
 * ever waits for it. An event that fails is logged and does not stop those behind it.
 *
 * <p>There is a life cycle only during a {@link Term}; without one what changes is remembered for
 * the next. Whether the leadership still holds is asked before every event, so a process that was
 * stopped and continued decides nothing with what it believed before.
 */
public final class LifecycleThread implements Consumer<WorkloadEvent>, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LifecycleThread.class);
  private static final long TICK_MILLIS = 50;
  private static final long END_SECONDS = 2;
  private static final long ATTEMPT_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** After so many failures in a row another control plane may try. */
  private static final int ATTEMPTS = 3;

  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("lifecycle").daemon(true).factory());
  private final Scaler scaler;
  private final Term.Factory terms;
  private final LastKnown known = new LastKnown();

  /** The newest right to serve; owned by the thread, as is everything below. */
  private @Nullable Leadership leadership;

  private @Nullable Term term;
  private long termNumber;
  private long nextAttemptNanos = System.nanoTime();
  private int failedAttempts;
  private volatile boolean synced;
  private volatile String unready = "";

  /**
   * @param scaler asked from this thread; its answers are brought back to it
   */
  public LifecycleThread(Scaler scaler, Term.Factory terms) {
    this.scaler = scaler;
    this.terms = terms;
  }

  /** Starts to let time pass; serves as soon as it {@linkplain #lead leads}. */
  @SuppressWarnings("FutureReturnValueIgnored") // run() catches whatever a tick throws
  public void start() {
    executor.scheduleWithFixedDelay(
        () -> run(this::tick), TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  /**
   * The same as the only control plane.
   *
   * @throws io.zenvoy.common.StartupException if the port can't be bound
   */
  public void startAlone() {
    leadership = Leadership.ALONE;
    beginTerm(Leadership.ALONE);
    start();
  }

  /** Serves from now on, for as long as the leadership holds. */
  public void lead(Leadership won) {
    hand(
        () -> {
          endTerm("another leadership was won");
          leadership = won;
          failedAttempts = 0;
          nextAttemptNanos = System.nanoTime();
          mayDecide();
        });
  }

  /** Whether everything that existed at the start is known. */
  public boolean isSynced() {
    return synced;
  }

  /** Why the latest attempt to serve failed, in one line; empty if it did not. */
  public String unready() {
    return unready;
  }

  @Override
  public void accept(WorkloadEvent event) {
    hand(
        () -> {
          known.remember(event);
          Term current = term;
          Leadership held = leadership;
          if (current != null && held != null && mayDecide()) {
            if (event instanceof WorkloadEvent.Synced) {
              if (!tryServe(current, held)) {
                return;
              }
            } else {
              current.lifecycle().changed(event);
            }
          }
          // Last: who is told that it is ready may connect at once.
          synced = known.isSynced();
        });
  }

  /** Ends the term; what was handed over and not yet done is dropped. Idempotent. */
  @Override
  public void close() {
    hand(
        () -> {
          endTerm("stopping");
          leadership = null;
        });
    executor.shutdown();
    try {
      if (!executor.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
        LOG.error("the life cycle did not end in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    executor.shutdownNow();
  }

  private void tick() {
    Term current = term;
    if (mayDecide() && current != null) {
      current.lifecycle().tick();
    }
  }

  /** Whether there is a term and it lasts; begins and ends it as the leadership says. */
  private boolean mayDecide() {
    Leadership held = leadership;
    if (held == null) {
      return false;
    }
    if (!held.holds()) {
      endTerm("the leadership ended");
      leadership = null;
      return false;
    }
    if (term == null) {
      tryBeginTerm(held);
    }
    return term != null;
  }

  /** Everything is known: the term begins to serve, or ends, to be followed by another one. */
  private boolean tryServe(Term current, Leadership held) {
    try {
      current.lifecycle().changed(new WorkloadEvent.Synced());
      held.serving();
      return true;
    } catch (RuntimeException | Error e) {
      endTerm("it could not begin");
      failed(held, e);
      return false;
    }
  }

  private void tryBeginTerm(Leadership held) {
    long now = System.nanoTime();
    if (now - nextAttemptNanos < 0) {
      return;
    }
    nextAttemptNanos = now + ATTEMPT_NANOS;
    try {
      beginTerm(held);
      failedAttempts = 0;
    } catch (StartupException e) {
      LOG.atError().addKeyValue("reason", e.getMessage()).log("can't serve yet");
      failed(held, String.valueOf(e.getMessage()));
    } catch (RuntimeException | Error e) {
      failed(held, e);
    }
  }

  private void failed(Leadership held, Throwable unexpected) {
    LOG.atError().setCause(unexpected).log("can't serve yet");
    failed(held, unexpected.toString());
  }

  private void failed(Leadership held, String reason) {
    unready = "can't serve: " + reason;
    failedAttempts++;
    if (failedAttempts >= ATTEMPTS) {
      failedAttempts = 0;
      LOG.atError().addKeyValue("reason", reason).log("another control plane may lead");
      held.resign();
    }
  }

  /** There is a term only once everything that is known was told to it. */
  private void beginTerm(Leadership held) {
    long number = ++termNumber;
    Term begun =
        terms.begin(
            held,
            new HandedOver(event -> handTo(number, event)),
            (request, outcome) ->
                scaler.scale(
                    request, result -> handTo(number, lifecycle -> outcome.accept(result))));
    try {
      known.tell(event -> begun.lifecycle().changed(event));
    } catch (RuntimeException | Error e) {
      begun.close();
      throw e;
    }
    term = begun;
    unready = "";
    if (known.isSynced()) {
      held.serving();
      synced = true;
    }
  }

  private void endTerm(String reason) {
    Term ending = term;
    if (ending != null) {
      term = null;
      LOG.atInfo().addKeyValue("reason", reason).log("serves no longer");
      ending.close();
    }
  }

  /** What belongs to a term that has ended is dropped. */
  private void handTo(long number, Consumer<Lifecycle> event) {
    hand(
        () -> {
          Term current = term;
          if (current != null && number == termNumber && mayDecide()) {
            event.accept(current.lifecycle());
          }
        });
  }

  private void hand(Runnable event) {
    try {
      executor.execute(() -> run(event));
    } catch (RejectedExecutionException e) {
      LOG.debug("dropped an event while stopping", e);
    }
  }

  private static void run(Runnable event) {
    try {
      event.run();
    } catch (RuntimeException | Error e) {
      LOG.atError().setCause(e).log("an event of the life cycle failed");
    }
  }
}
