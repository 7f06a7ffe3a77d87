package io.zenvoy.xds.serve;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Runs tasks one after the other, in order, on threads of an executor: what its tasks alone touch
 * needs no lock. Posting never blocks. After every batch of tasks one more runs, which so sees
 * several changes at once.
 */
final class Mailbox {
  private final Executor executor;
  private final Runnable afterBatch;
  private final Consumer<RuntimeException> onFailure;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean scheduled = new AtomicBoolean();

  /**
   * @param onFailure told what a task threw, in the task's place
   */
  Mailbox(Executor executor, Runnable afterBatch, Consumer<RuntimeException> onFailure) {
    this.executor = executor;
    this.afterBatch = afterBatch;
    this.onFailure = onFailure;
  }

  void post(Runnable task) {
    tasks.add(task);
    schedule();
  }

  private void schedule() {
    if (scheduled.compareAndSet(false, true)) {
      executor.execute(this::runBatch);
    }
  }

  private void runBatch() {
    try {
      for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
        task.run();
      }
      afterBatch.run();
    } catch (RuntimeException e) {
      onFailure.accept(e);
    } finally {
      scheduled.set(false);
    }
    // What was posted after the last poll found the mailbox scheduled still.
    if (!tasks.isEmpty()) {
      schedule();
    }
  }
}
