package io.zenvoy.common;

import java.util.concurrent.CountDownLatch;

/** How a program of zenvoy starts and ends. */
public final class Program {
  /** Exit code of a program that can't start. */
  public static final int CANNOT_START = 2;

  private Program() {}

  /** Starts the parts of a program. */
  @FunctionalInterface
  public interface Start {
    /**
     * Starts everything and returns.
     *
     * @return stops everything, in reverse
     * @throws StartupException if something is missing
     */
    AutoCloseable start() throws Exception;
  }

  /**
   * Starts a program and blocks until SIGTERM or SIGINT, upon which its parts are stopped. A {@link
   * StartupException} becomes one line on standard error and exit code {@value #CANNOT_START}.
   *
   * @param name for the message
   */
  public static void run(String name, Start program) throws Exception {
    AutoCloseable parts;
    try {
      parts = program.start();
    } catch (StartupException e) {
      System.err.println(name + ": " + e.getMessage());
      System.exit(CANNOT_START);
      return;
    }
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  try {
                    parts.close();
                  } catch (Exception e) {
                    System.err.println(name + ": while stopping: " + e);
                  } finally {
                    stopped.countDown();
                  }
                },
                "stop"));
    stopped.await();
  }
}
