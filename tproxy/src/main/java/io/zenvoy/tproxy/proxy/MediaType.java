package io.zenvoy.tproxy.proxy;

import java.util.stream.Stream;

/** What an HTTP answer is written in. */
enum MediaType {
  PLAIN("text/plain", "text/plain"),
  HTML("text/html", "text/html; charset=utf-8"),
  JSON("application/json", "application/json");

  private final String name;
  private final String contentType;

  MediaType(String name, String contentType) {
    this.name = name;
    this.contentType = contentType;
  }

  /** The value of the header {@code Content-Type}. */
  String contentType() {
    return contentType;
  }

  /**
   * The first of ours that is named, else plain text.
   *
   * @param accept the value of a request's {@code Accept} (RFC 9110, 12.5.1); empty if it has none
   */
  static MediaType firstOf(String accept) {
    return named(accept).findFirst().orElse(PLAIN);
  }

  /** Whether it is named, and not only by a wildcard. */
  boolean isNamedIn(String accept) {
    return named(accept).anyMatch(this::equals);
  }

  private static Stream<MediaType> named(String accept) {
    return Stream.of(accept.split(",", -1))
        .map(range -> range.split(";", 2)[0].strip())
        .flatMap(range -> Stream.of(values()).filter(type -> type.name.equalsIgnoreCase(range)));
  }
}
