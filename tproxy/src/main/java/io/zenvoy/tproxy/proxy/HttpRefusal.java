package io.zenvoy.tproxy.proxy;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;

/**
 * The answer of an HTTP/1.1 server that can't serve now (RFC 9110, 15.6.4), in the first of our
 * media types that the request's {@code Accept} names, else as plain text.
 */
record HttpRefusal(Words words, Pages pages) implements Refusal {
  /** The next connection begins a new wake: soon enough for people, not a storm for programs. */
  static final int RETRY_AFTER_SECONDS = 5;

  @Override
  public Reply to(ByteBuffer received, int length) {
    RequestHead request = RequestHead.of(received, length);
    MediaType type = MediaType.firstOf(request.header("accept"));
    return answer(
        request, type, body(type, words, pages), "Retry-After: " + RETRY_AFTER_SECONDS + "\r\n");
  }

  /**
   * Says with 503 that there is no better answer.
   *
   * @param headers further ones, each with its end of line
   */
  static Reply answer(RequestHead request, MediaType type, String body, String headers) {
    byte[] content = body.getBytes(UTF_8);
    byte[] head =
        ("HTTP/1.1 503 Service Unavailable\r\n"
                + ("Content-Type: " + type.contentType() + "\r\n")
                + ("Content-Length: " + content.length + "\r\n")
                + headers
                + "Connection: close\r\n\r\n")
            .getBytes(US_ASCII);
    // RFC 9110, 9.3.2: a body behind the head would be taken for another response.
    int sent = request.isOf("HEAD") ? 0 : content.length;
    return Reply.last(
        ByteBuffer.allocate(head.length + sent).put(head).put(content, 0, sent).flip());
  }

  /** The reason in a media type. */
  static String body(MediaType type, Words words, Pages pages) {
    return switch (type) {
      case PLAIN -> words.line() + "\n";
      case HTML -> pages.unavailable(words);
      case JSON ->
          "{\"status\":503,\"error\":\""
              + words.line().replace("\\", "\\\\").replace("\"", "\\\"")
              + "\"}\n";
    };
  }
}
