package io.zenvoy.xds.workloads.kubernetes.transport;

import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/** A WebSocket whose other end says what a test makes it say, and which counts what it is told. */
final class TestingWebSocket implements WebSocket {
  int pings;
  long demand;
  boolean aborted;

  @Override
  public CompletableFuture<WebSocket> sendText(CharSequence data, boolean last) {
    return sent();
  }

  @Override
  public CompletableFuture<WebSocket> sendBinary(ByteBuffer data, boolean last) {
    return sent();
  }

  @Override
  public CompletableFuture<WebSocket> sendPing(ByteBuffer message) {
    pings++;
    return sent();
  }

  @Override
  public CompletableFuture<WebSocket> sendPong(ByteBuffer message) {
    return sent();
  }

  @Override
  public CompletableFuture<WebSocket> sendClose(int statusCode, String reason) {
    return sent();
  }

  @Override
  public void request(long messages) {
    demand += messages;
  }

  @Override
  public String getSubprotocol() {
    return "";
  }

  @Override
  public boolean isOutputClosed() {
    return aborted;
  }

  @Override
  public boolean isInputClosed() {
    return aborted;
  }

  @Override
  public void abort() {
    aborted = true;
  }

  private CompletableFuture<WebSocket> sent() {
    return CompletableFuture.completedFuture(this);
  }
}
