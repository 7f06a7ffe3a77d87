package io.zenvoy.example.echo;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.TreeMap;

/**
 * A request as text: the request line, the headers sorted by name one a line, an empty line, the
 * body. The body's bytes are passed on while they arrive, so that their number is not limited by
 * the heap.
 */
final class RequestDump {
  /** To {@link HttpExchange#sendResponseHeaders}: the number of bytes is not known, send chunks. */
  private static final long CHUNKED = 0;

  /** To {@link HttpExchange#sendResponseHeaders}: there is no body. */
  private static final long NO_BODY = -1;

  private RequestDump() {}

  /** Answers with 200 and the dump as {@code text/plain}; a HEAD request gets no body. */
  static void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] head =
          head(
                  exchange.getRequestMethod(),
                  exchange.getRequestURI(),
                  exchange.getProtocol(),
                  exchange.getRequestHeaders())
              .getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
      if (exchange.getRequestMethod().equals("HEAD")) {
        exchange.sendResponseHeaders(200, NO_BODY);
        return;
      }
      exchange.sendResponseHeaders(200, length(head.length, exchange.getRequestHeaders()));
      try (OutputStream response = exchange.getResponseBody()) {
        response.write(head);
        exchange.getRequestBody().transferTo(response);
      }
    }
  }

  /** Everything before the body, lines ended by LF. */
  static String head(String method, URI target, String protocol, Headers headers) {
    StringBuilder text = new StringBuilder();
    text.append(method).append(' ').append(target).append(' ').append(protocol).append('\n');
    new TreeMap<>(headers)
        .forEach(
            (name, values) ->
                values.forEach(value -> text.append(name).append(": ").append(value).append('\n')));
    return text.append('\n').toString();
  }

  private static long length(int headLength, Headers request) {
    if (request.containsKey("Transfer-Encoding")) {
      return CHUNKED;
    }
    String bodyLength = request.getFirst("Content-Length");
    return headLength + (bodyLength == null ? 0 : Long.parseLong(bodyLength));
  }
}
