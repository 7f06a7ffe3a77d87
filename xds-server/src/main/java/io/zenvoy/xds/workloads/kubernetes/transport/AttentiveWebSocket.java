package io.zenvoy.xds.workloads.kubernetes.transport;

import java.net.http.HttpTimeoutException;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket that is pinged at every beat, and aborted when nothing comes any more, not even the
 * answer; its listener is told that as an error. Thread-safe.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6455#section-5.5.2">RFC 6455, ping</a>
 */
final class AttentiveWebSocket implements WebSocket, WebSocket.Listener {
  private final Listener listener;
  private final Heartbeat heartbeat;
  private final Silence silence;
  private final Runnable onAnswer;
  private final Runnable onSilence;
  private final Runnable beat = this::beat;
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile @Nullable WebSocket socket;

  /**
   * @param onAnswer run when a ping is answered
   * @param onSilence run before the listener is told that the connection is dead
   */
  AttentiveWebSocket(
      Listener listener,
      Heartbeat heartbeat,
      Silence silence,
      Runnable onAnswer,
      Runnable onSilence) {
    this.listener = listener;
    this.heartbeat = heartbeat;
    this.silence = silence;
    this.onAnswer = onAnswer;
    this.onSilence = onSilence;
  }

  private void beat() {
    if (!silence.isTooLong()) {
      // One that can't be sent is as good as one that is not answered.
      var _ = socket().sendPing(ByteBuffer.allocate(0));
    } else if (end()) {
      socket().abort();
      onSilence.run();
      listener.onError(this, new HttpTimeoutException("the other end is silent"));
    }
  }

  /** Whether this was the end. */
  private boolean end() {
    heartbeat.remove(beat);
    return ended.compareAndSet(false, true);
  }

  private WebSocket socket() {
    WebSocket open = socket;
    if (open == null) {
      throw new IllegalStateException("the WebSocket is used before it is open");
    }
    return open;
  }

  /** What it is over, which JDK tells here or by {@link #onOpen}, whichever comes first. */
  AttentiveWebSocket over(WebSocket opened) {
    socket = opened;
    return this;
  }

  @Override
  public void onOpen(WebSocket opened) {
    socket = opened;
    heartbeat.add(beat);
    listener.onOpen(this);
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    silence.heard();
    return ended.get() ? null : listener.onText(this, data, last);
  }

  @Override
  public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
    silence.heard();
    return ended.get() ? null : listener.onBinary(this, data, last);
  }

  @Override
  public @Nullable CompletionStage<?> onPing(WebSocket from, ByteBuffer message) {
    silence.heard();
    return listener.onPing(this, message);
  }

  @Override
  public @Nullable CompletionStage<?> onPong(WebSocket from, ByteBuffer message) {
    silence.heard();
    onAnswer.run();
    return listener.onPong(this, message);
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket from, int statusCode, String reason) {
    return end() ? listener.onClose(this, statusCode, reason) : null;
  }

  @Override
  public void onError(WebSocket from, Throwable error) {
    if (end()) {
      listener.onError(this, error);
    }
  }

  @Override
  public void request(long messages) {
    silence.demanded(messages);
    socket().request(messages);
  }

  @Override
  public void abort() {
    end();
    socket().abort();
  }

  @Override
  public CompletableFuture<WebSocket> sendText(CharSequence data, boolean last) {
    return socket().sendText(data, last).thenApply(sent -> this);
  }

  @Override
  public CompletableFuture<WebSocket> sendBinary(ByteBuffer data, boolean last) {
    return socket().sendBinary(data, last).thenApply(sent -> this);
  }

  @Override
  public CompletableFuture<WebSocket> sendPing(ByteBuffer message) {
    return socket().sendPing(message).thenApply(sent -> this);
  }

  @Override
  public CompletableFuture<WebSocket> sendPong(ByteBuffer message) {
    return socket().sendPong(message).thenApply(sent -> this);
  }

  @Override
  public CompletableFuture<WebSocket> sendClose(int statusCode, String reason) {
    return socket().sendClose(statusCode, reason).thenApply(sent -> this);
  }

  @Override
  public String getSubprotocol() {
    return socket().getSubprotocol();
  }

  @Override
  public boolean isOutputClosed() {
    return socket().isOutputClosed();
  }

  @Override
  public boolean isInputClosed() {
    return socket().isInputClosed();
  }
}
