package io.zenvoy.common;

/**
 * Why a program can't start, in one line that tells a person what to do next. Ends the program with
 * exit code 2.
 */
public final class StartupException extends RuntimeException {
  public StartupException(String message) {
    super(message);
  }

  public StartupException(String message, Throwable cause) {
    super(message, cause);
  }
}
