package io.zenvoy.common.process;

import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A program that was started, and everything that it started in its session. Thread-safe. */
public final class ProcessGroup {
  private final Process leader;
  private final CompletableFuture<Integer> exit;

  ProcessGroup(Process leader, Runnable onExit) {
    this.leader = leader;
    this.exit =
        leader
            .onExit()
            .thenApply(
                process -> {
                  // What the program leaves behind goes with it.
                  Signals.sendToGroup(process.pid(), Signals.KILL);
                  onExit.run();
                  return process.exitValue();
                });
  }

  /** The program's process id, which is the group's as well. */
  public long pid() {
    return leader.pid();
  }

  /** Standard output and standard error in one. Ends when the last writer has closed it. */
  public InputStream output() {
    return leader.getInputStream();
  }

  /** Completes with the exit code when the program has exited; 128 + n where signal n ended it. */
  public CompletableFuture<Integer> exit() {
    return exit.copy();
  }

  public boolean isAlive() {
    return leader.isAlive();
  }

  /**
   * Asks the whole group to end by SIGTERM, and ends it by SIGKILL if the program is still there
   * after the grace time. Does not block; repeated calls do no harm.
   */
  public void end(Duration grace) {
    if (leader.isAlive()) {
      if (!Signals.sendToGroup(leader.pid(), Signals.TERM)) {
        // Just forked: its session does not exist yet.
        leader.destroy();
      }
      CompletableFuture.delayedExecutor(grace.toMillis(), TimeUnit.MILLISECONDS)
          .execute(
              () -> {
                if (leader.isAlive()) {
                  Signals.sendToGroup(leader.pid(), Signals.KILL);
                  leader.destroyForcibly();
                }
              });
    }
  }
}
