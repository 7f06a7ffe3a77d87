package io.zenvoy.tproxy.proxy;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;

/**
 * The answer of an HTTP/1.1 server that can't serve now (RFC 9110, 15.6.4).
 *
 * @param service whose clients get it
 * @param reason one line for people; what is not printable ASCII, or too long, is not sent
 */
record UnavailableResponse(String service, String reason) {
  private static final int LONGEST_SERVICE = 200;
  private static final int LONGEST_REASON = 400;

  /** The next connection begins a new wake: soon enough for people, not a storm for programs. */
  private static final int RETRY_AFTER_SECONDS = 5;

  private static final byte[] HEAD = "HEAD ".getBytes(US_ASCII);

  /**
   * The bytes to send.
   *
   * @param request what has been received of the request, from position 0, at least a byte
   * @param length how much that is
   */
  byte[] to(ByteBuffer request, int length) {
    String body =
        "zenvoy: "
            + printable(service, LONGEST_SERVICE)
            + " is not available: "
            + printable(reason, LONGEST_REASON)
            + "\n";
    String head =
        "HTTP/1.1 503 Service Unavailable\r\n"
            + "Content-Type: text/plain\r\n"
            + ("Content-Length: " + body.length() + "\r\n")
            + ("Retry-After: " + RETRY_AFTER_SECONDS + "\r\n")
            + "Connection: close\r\n\r\n";
    return (asksForHeadAlone(request, length) ? head : head + body).getBytes(US_ASCII);
  }

  /** RFC 9110, 9.3.2: a body behind the head would be taken for another response. */
  private static boolean asksForHeadAlone(ByteBuffer request, int length) {
    return length >= HEAD.length
        && ByteBuffer.wrap(HEAD).equals(request.duplicate().clear().slice(0, HEAD.length));
  }

  private static String printable(String text, int longest) {
    StringBuilder printable = new StringBuilder(Math.min(text.length(), longest));
    text.chars()
        .limit(longest)
        .forEach(character -> printable.append((char) (isPrintable(character) ? character : '?')));
    return printable.toString();
  }

  private static boolean isPrintable(int character) {
    return character >= ' ' && character <= '~';
  }
}
