package io.zenvoy.common.environment;

/**
 * The settings of the log. The logging configuration reads the same variables by itself, before
 * {@code main}; they are read here to be checked and documented like all others.
 */
public record LogSettings(Level level, Format format) {
  /** From which level on events are shown. */
  public enum Level {
    TRACE,
    DEBUG,
    INFO,
    WARN,
    ERROR
  }

  /** How events are written. */
  public enum Format {
    TEXT,
    JSON
  }

  /**
   * Reads {@code LOG_LEVEL} and {@code LOG_FORMAT}.
   *
   * @throws io.zenvoy.common.StartupException if one of them is unknown
   */
  public static LogSettings read(Environment environment) {
    return new LogSettings(
        environment.oneOf("LOG_LEVEL", Level.INFO), environment.oneOf("LOG_FORMAT", Format.TEXT));
  }
}
