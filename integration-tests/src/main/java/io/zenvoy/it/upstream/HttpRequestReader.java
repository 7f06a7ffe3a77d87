package io.zenvoy.it.upstream;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads HTTP/1.1 requests as Envoy writes them: with a length or in chunks. Not thread-safe. */
final class HttpRequestReader {
  private final InputStream input;

  HttpRequestReader(InputStream input) {
    this.input = input;
  }

  /**
   * A request without its body.
   *
   * @param headers by name in lower case
   */
  record Head(String method, String path, Map<String, String> headers) {
    String header(String name) {
      return headers.getOrDefault(name, "");
    }

    boolean isUpgrade() {
      return header("upgrade").toLowerCase(Locale.ROOT).equals("websocket");
    }
  }

  /**
   * What a body was.
   *
   * @param trailers by name in lower case
   */
  record Body(long length, String sha256, Map<String, String> trailers) {}

  /** The next request's head; null when the peer has ended the connection between requests. */
  @Nullable Head readHead() throws IOException {
    String start = readLine();
    if (start == null) {
      return null;
    }
    String[] parts = start.split(" ", 3);
    if (parts.length != 3) {
      throw new IOException("\"" + start + "\" (expected: an HTTP request line)");
    }
    return new Head(parts[0], parts[1], readFields());
  }

  /** Reads the body to its end. */
  Body readBody(Head head) throws IOException {
    MessageDigest digest = sha256();
    long length = 0;
    Map<String, String> trailers = Map.of();
    if (head.header("transfer-encoding").equals("chunked")) {
      for (long size = chunkSize(); size > 0; size = chunkSize()) {
        consume(size, digest);
        length += size;
        required(readLine());
      }
      trailers = readFields();
    } else if (!head.header("content-length").isEmpty()) {
      length = Long.parseLong(head.header("content-length"));
      consume(length, digest);
    }
    return new Body(length, HexFormat.of().formatHex(digest.digest()), trailers);
  }

  private Map<String, String> readFields() throws IOException {
    Map<String, String> fields = new TreeMap<>();
    for (String line = required(readLine()); !line.isEmpty(); line = required(readLine())) {
      int colon = line.indexOf(':');
      fields.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    return fields;
  }

  private long chunkSize() throws IOException {
    return Long.parseLong(required(readLine()).split(";", 2)[0].strip(), 16);
  }

  private void consume(long length, MessageDigest digest) throws IOException {
    byte[] buffer = new byte[16 * 1024];
    for (long left = length; left > 0; ) {
      int count = input.read(buffer, 0, (int) Math.min(left, buffer.length));
      if (count < 0) {
        throw new EOFException(left + " bytes of the body are missing");
      }
      digest.update(buffer, 0, count);
      left -= count;
    }
  }

  private @Nullable String readLine() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = input.read(); next != '\n'; next = input.read()) {
      if (next < 0) {
        return null;
      }
      if (next != '\r') {
        line.write(next);
      }
    }
    return line.toString(StandardCharsets.ISO_8859_1);
  }

  private static String required(@Nullable String line) throws IOException {
    if (line == null) {
      throw new EOFException("the connection ended inside a request");
    }
    return line;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
