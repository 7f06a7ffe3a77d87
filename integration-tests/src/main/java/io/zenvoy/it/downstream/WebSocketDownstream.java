package io.zenvoy.it.downstream;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * A WebSocket client that asks for a service by its host name; Java's own can't set that header.
 * Texts below 126 bytes. Not thread-safe.
 */
public final class WebSocketDownstream implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final int FINAL_TEXT = 0x81;
  private static final int MASKED = 0x80;
  private static final byte[] MASK = {1, 2, 3, 4};

  private final Socket socket;
  private final DataInputStream input;
  private final String pod;

  private WebSocketDownstream(Socket socket, DataInputStream input, String pod) {
    this.socket = socket;
    this.input = input;
    this.pod = pod;
  }

  /**
   * Connects and waits for the answer to the upgrade.
   *
   * @throws IOException if it is refused
   */
  public static WebSocketDownstream open(int port, String host) throws IOException {
    Socket socket = new Socket();
    try {
      socket.setSoTimeout((int) PATIENCE.toMillis());
      socket.setTcpNoDelay(true);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      String request =
          """
          GET /socket HTTP/1.1
          Host: %s
          Connection: Upgrade
          Upgrade: websocket
          Sec-WebSocket-Version: 13
          Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==

          """
              .formatted(host);
      socket
          .getOutputStream()
          .write(request.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII));
      DataInputStream input = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
      List<String> head = readHead(input);
      if (!head.getFirst().startsWith("HTTP/1.1 101 ")) {
        throw new IOException("\"" + head.getFirst() + "\" (expected: HTTP/1.1 101)");
      }
      return new WebSocketDownstream(socket, input, header(head, "x-pod"));
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** Who has accepted it, by its answer's {@code x-pod}; empty if the answer does not say. */
  public String pod() {
    return pod;
  }

  /** Sends a text and returns the next one that comes. */
  public String exchange(String text) throws IOException {
    byte[] payload = text.getBytes(StandardCharsets.UTF_8);
    if (payload.length > 125) {
      throw new IllegalArgumentException(payload.length + " bytes (expected: <= 125)");
    }
    byte[] frame = new byte[6 + payload.length];
    frame[0] = (byte) FINAL_TEXT;
    frame[1] = (byte) (MASKED | payload.length);
    System.arraycopy(MASK, 0, frame, 2, 4);
    for (int index = 0; index < payload.length; index++) {
      frame[6 + index] = (byte) (payload[index] ^ MASK[index % 4]);
    }
    socket.getOutputStream().write(frame);
    int first = input.readUnsignedByte();
    if (first != FINAL_TEXT) {
      throw new IOException("frame " + first + " (expected: a whole text)");
    }
    return new String(input.readNBytes(input.readUnsignedByte()), StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  /** Reads the answer's head and returns its lines. */
  private static List<String> readHead(DataInputStream input) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = input.read();
      if (next < 0) {
        throw new IOException("the connection ended after \"" + head + "\"");
      }
      head.append((char) next);
    }
    return head.toString().lines().toList();
  }

  private static String header(List<String> head, String name) {
    String prefix = name + ": ";
    return head.stream()
        .filter(line -> line.regionMatches(true, 0, prefix, 0, prefix.length()))
        .findFirst()
        .map(line -> line.substring(prefix.length()))
        .orElse("");
  }
}
