package io.zenvoy.it.downstream;

import io.zenvoy.common.HostPort;
import io.zenvoy.it.stack.ZenvoyStack;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Java's own WebSocket client, with all kinds of messages. By Envoy it asks for the host {@link
 * #HOST}, since it can't be told another than it connects to. Not thread-safe.
 */
public final class JavaWebSocket implements AutoCloseable {
  /** What the service has to be called. */
  public static final String HOST = "localhost";

  private static final int PATIENCE_SECONDS = 90;

  private final HttpClient client = HttpClient.newHttpClient();
  private final Messages messages = new Messages();
  private final WebSocket socket;

  private JavaWebSocket(HostPort server) throws IOException {
    socket =
        result(
            client.newWebSocketBuilder().buildAsync(URI.create("ws://" + server + "/"), messages));
  }

  /** Connects by Envoy's HTTP listener and waits for the answer to the upgrade. */
  public static JavaWebSocket open() throws IOException {
    return open(new HostPort(HOST, ZenvoyStack.HTTP_PORT));
  }

  /** Connects to a server, which is the host that is asked for as well. */
  public static JavaWebSocket open(HostPort server) throws IOException {
    return new JavaWebSocket(server);
  }

  /** Sends a text and returns the next message that comes. */
  public String exchange(String text) throws IOException {
    result(socket.sendText(text, true));
    return next();
  }

  /** Sends bytes and returns the next message that comes, bytes as ISO 8859-1. */
  public String exchange(byte[] bytes) throws IOException {
    result(socket.sendBinary(ByteBuffer.wrap(bytes), true));
    return next();
  }

  /** Sends a ping and returns what its pong has. */
  public String ping(String text) throws IOException {
    result(socket.sendPing(StandardCharsets.ISO_8859_1.encode(text)));
    return next();
  }

  /** Ends it and returns the code with which the server has. */
  public String end() throws IOException {
    result(socket.sendClose(WebSocket.NORMAL_CLOSURE, ""));
    return next();
  }

  @Override
  public void close() {
    socket.abort();
    client.shutdownNow();
  }

  private String next() throws IOException {
    try {
      String message = messages.received.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (message == null) {
        throw new IOException("nothing has come");
      }
      return message;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private static <T> T result(Future<T> future) throws IOException {
    try {
      return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException(e);
    }
  }

  /** What has come, parts of messages put together. Called by one thread at a time. */
  private static final class Messages implements WebSocket.Listener {
    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private final StringBuilder parts = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
      return add(socket, part, last);
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer part, boolean last) {
      return add(socket, text(part), last);
    }

    @Override
    public @Nullable CompletionStage<?> onPong(WebSocket socket, ByteBuffer message) {
      return add(socket, text(message), true);
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      return add(socket, Integer.toString(code), true);
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      received.add(error.toString());
    }

    private @Nullable CompletionStage<?> add(WebSocket socket, CharSequence part, boolean last) {
      parts.append(part);
      if (last) {
        received.add(parts.toString());
        parts.setLength(0);
      }
      socket.request(1);
      return null;
    }

    private static CharSequence text(ByteBuffer bytes) {
      return StandardCharsets.ISO_8859_1.decode(bytes);
    }
  }
}
