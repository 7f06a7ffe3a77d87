package io.zenvoy.tproxy.discovery;

/** Says what is wrong with a resource, in one line: the detail of a NACK. */
final class InvalidResourceException extends Exception {
  InvalidResourceException(String message) {
    super(message);
  }

  InvalidResourceException(String message, Throwable cause) {
    super(message, cause);
  }
}
