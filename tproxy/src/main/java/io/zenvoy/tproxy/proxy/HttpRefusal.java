package io.zenvoy.tproxy.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The answer of an HTTP/1.1 server that can't serve now (RFC 9110, 15.6.4), in the first of our
 * media types that the request's {@code Accept} names, else as plain text.
 */
record HttpRefusal(Words words) implements Refusal {
  /** The next connection begins a new wake: soon enough for people, not a storm for programs. */
  private static final int RETRY_AFTER_SECONDS = 5;

  private static final String HEAD = "HEAD ";
  private static final String ACCEPT = "\r\naccept:";

  private enum MediaType {
    PLAIN("text/plain") {
      @Override
      String body(String line) {
        return line + "\n";
      }
    },
    HTML("text/html") {
      @Override
      String body(String line) {
        String text = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
        return "<!doctype html>\n<title>503 Service Unavailable</title>\n<h1>Service Unavailable</h1>\n<p>"
            + text
            + "</p>\n";
      }
    },
    JSON("application/json") {
      @Override
      String body(String line) {
        String text = line.replace("\\", "\\\\").replace("\"", "\\\"");
        return "{\"status\":503,\"error\":\"" + text + "\"}\n";
      }
    };

    private final String label;

    MediaType(String label) {
      this.label = label;
    }

    /**
     * @param line printable ASCII
     */
    abstract String body(String line);
  }

  @Override
  public Reply to(ByteBuffer request, int length) {
    byte[] bytes = new byte[length];
    request.duplicate().clear().get(bytes);
    String received = new String(bytes, ISO_8859_1);
    MediaType type = accepted(received);
    String body = type.body(words.line());
    String head =
        "HTTP/1.1 503 Service Unavailable\r\n"
            + ("Content-Type: " + type.label + "\r\n")
            + ("Content-Length: " + body.length() + "\r\n")
            + ("Retry-After: " + RETRY_AFTER_SECONDS + "\r\n")
            + "Connection: close\r\n\r\n";
    // RFC 9110, 9.3.2: a body behind the head would be taken for another response.
    String answer = received.startsWith(HEAD) ? head : head + body;
    return Reply.last(ByteBuffer.wrap(answer.getBytes(US_ASCII)));
  }

  private static MediaType accepted(String received) {
    int end = received.indexOf("\r\n\r\n");
    String head = (end < 0 ? received : received.substring(0, end)).toLowerCase(Locale.ROOT);
    int begin = head.indexOf(ACCEPT);
    if (begin < 0) {
      return MediaType.PLAIN;
    }
    int line = head.indexOf("\r\n", begin + ACCEPT.length());
    String named = head.substring(begin + ACCEPT.length(), line < 0 ? head.length() : line);
    return Stream.of(named.split(",", -1))
        .map(range -> range.split(";", 2)[0].strip())
        .flatMap(range -> Stream.of(MediaType.values()).filter(type -> type.label.equals(range)))
        .findFirst()
        .orElse(MediaType.PLAIN);
  }
}
