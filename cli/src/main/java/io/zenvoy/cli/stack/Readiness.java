package io.zenvoy.cli.stack;

/** How to tell that a program can serve. */
record Readiness(ChildProgram program, Check check) {
  /** Asks the program. */
  @FunctionalInterface
  interface Check {
    boolean isReady() throws InterruptedException;
  }
}
