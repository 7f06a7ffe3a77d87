package io.zenvoy.it;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/** Shows the last lines of every process that runs when a test fails. */
public final class FailureLogs implements TestExecutionExceptionHandler {
  private static final int LINES = 40;

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    System.err.println(
        "=== "
            + context.getDisplayName()
            + " failed: the processes' last lines"
            + ChildProcess.lastLinesOfAll(LINES));
    throw failure;
  }
}
