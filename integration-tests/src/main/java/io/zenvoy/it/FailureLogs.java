package io.zenvoy.it;

import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/** Shows the last lines of every process that ran during a test that fails. */
public final class FailureLogs
    implements BeforeEachCallback,
        TestExecutionExceptionHandler,
        LifecycleMethodExecutionExceptionHandler {
  private static final int LINES = 40;

  @Override
  public void beforeEach(ExtensionContext context) {
    ChildProcess.forgetEnded();
  }

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    show(context);
    throw failure;
  }

  @Override
  public void handleBeforeAllMethodExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    show(context);
    throw failure;
  }

  @Override
  public void handleBeforeEachMethodExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    show(context);
    throw failure;
  }

  private static void show(ExtensionContext context) {
    System.err.println(
        "=== "
            + context.getDisplayName()
            + " failed: the processes' last lines"
            + ChildProcess.lastLinesOfAll(LINES));
  }
}
