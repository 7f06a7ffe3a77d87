package io.zenvoy.it.downstream;

import io.zenvoy.common.HostPort;
import io.zenvoy.it.Pause;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A client's connection that repeats nothing and hides nothing: what goes wrong on it is seen.
 * HTTP/1.1. Not thread-safe.
 */
public final class HttpConnection implements Closeable {
  private static final Duration CONNECT_AGAIN_AFTER = Duration.ofMillis(20);

  private final Socket socket;
  private final InputStream input;
  private boolean reusable = true;

  /**
   * @param socket connected; from now on this one's, which closes it
   */
  public HttpConnection(Socket socket) throws IOException {
    this.socket = socket;
    this.input = new BufferedInputStream(socket.getInputStream(), 2048);
  }

  /**
   * An answer.
   *
   * @param headers by name in lower case
   */
  public record Answer(int status, Map<String, String> headers, String body) {
    public Answer {
      headers = Map.copyOf(headers);
    }

    public String header(String name) {
      return headers.getOrDefault(name, "");
    }
  }

  /**
   * Connects; as long as nobody listens, again and again.
   *
   * @param patience for the connection, and for each answer
   */
  public static HttpConnection open(HostPort server, Duration patience) throws IOException {
    long giveUpAt = System.nanoTime() + patience.toNanos();
    while (true) {
      Socket socket = new Socket();
      try {
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) patience.toMillis());
        socket.connect(
            new InetSocketAddress(InetAddress.ofLiteral(server.host()), server.port()),
            (int) patience.toMillis());
        return new HttpConnection(socket);
      } catch (ConnectException e) {
        socket.close();
        if (System.nanoTime() - giveUpAt >= 0) {
          throw e;
        }
        Pause.of(CONNECT_AGAIN_AFTER);
      } catch (IOException e) {
        socket.close();
        throw e;
      }
    }
  }

  /** Whether the server has not said that it will close the connection. */
  public boolean isReusable() {
    return reusable;
  }

  /** Sends a request and waits for the whole answer. */
  public Answer exchange(String method, String host, String path, byte[] body) throws IOException {
    ByteArrayOutputStream request = new ByteArrayOutputStream(body.length + 200);
    request.writeBytes(
        (method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: " + body.length)
            .getBytes(StandardCharsets.US_ASCII));
    request.writeBytes("\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    request.writeBytes(body);
    socket.getOutputStream().write(request.toByteArray());
    String status = readLine();
    Map<String, String> headers = new HashMap<>();
    for (String line = readLine(); !line.isEmpty(); line = readLine()) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    if (headers.getOrDefault("connection", "").equalsIgnoreCase("close")) {
      reusable = false;
    }
    String length = headers.get("content-length");
    if (length == null) {
      throw new IOException("\"" + status + "\" without a length (expected: content-length)");
    }
    byte[] content = input.readNBytes(Integer.parseInt(length));
    if (content.length != Integer.parseInt(length)) {
      throw new EOFException("the answer ended after " + content.length + " of " + length);
    }
    return new Answer(
        Integer.parseInt(status.split(" ", 3)[1]),
        headers,
        new String(content, StandardCharsets.UTF_8));
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private String readLine() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = input.read(); next != '\n'; next = input.read()) {
      if (next < 0) {
        throw new EOFException("the connection ended after \"" + line + "\"");
      }
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return line.toString();
  }
}
