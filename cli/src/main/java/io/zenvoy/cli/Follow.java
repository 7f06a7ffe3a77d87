package io.zenvoy.cli;

import io.zenvoy.cli.events.EventLines;
import io.zenvoy.cli.stack.ProgramFailedException;
import io.zenvoy.cli.stack.Stack;
import java.io.PrintStream;
import java.time.ZoneId;

/** Shows events as they happen. */
final class Follow {
  private Follow() {}

  /**
   * Blocks as long as all programs run.
   *
   * @return never: either a program fails, or the user ends this one
   */
  static int untilFailure(Stack stack, PrintStream out)
      throws ProgramFailedException, InterruptedException {
    EventLines lines = new EventLines(ZoneId.systemDefault());
    stack
        .journal()
        .follow(
            event -> {
              if (!stack.isClosed()) {
                lines.render(event).ifPresent(out::println);
              }
            });
    throw stack.awaitFailure();
  }
}
