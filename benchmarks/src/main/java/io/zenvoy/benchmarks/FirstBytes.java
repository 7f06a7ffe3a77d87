package io.zenvoy.benchmarks;

import io.zenvoy.it.kube.Container;
import io.zenvoy.it.kube.ContainerRuntime;
import io.zenvoy.it.kube.Services;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Pods that note when the first byte of a connection reaches them, and send it back. Thread-safe.
 */
final class FirstBytes implements ContainerRuntime {
  private final BlockingQueue<Instant> arrivals = new LinkedBlockingQueue<>();

  /** When first bytes arrived, in their order. */
  BlockingQueue<Instant> arrivals() {
    return arrivals;
  }

  @Override
  public Container start(String pod, String address) throws IOException {
    ServerSocket listener = new ServerSocket();
    listener.bind(new InetSocketAddress(InetAddress.ofLiteral(address), Services.CONTAINER_PORT));
    Thread.ofVirtual().name("accept " + pod).start(() -> accept(listener));
    return new Container() {
      @Override
      public CompletableFuture<Void> ready() {
        return CompletableFuture.completedFuture(null);
      }

      @Override
      public void close() {
        try {
          listener.close();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    };
  }

  private void accept(ServerSocket listener) {
    while (!listener.isClosed()) {
      try (Socket connection = listener.accept()) {
        int first = connection.getInputStream().read();
        arrivals.add(Instant.now());
        if (first >= 0) {
          connection.getOutputStream().write(first);
        }
      } catch (IOException e) {
        if (!listener.isClosed()) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }
}
