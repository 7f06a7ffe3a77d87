package io.zenvoy.it.upstream;

import io.zenvoy.it.kube.Container;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server of one pod. Closing it cuts every connection at once: whoever is scaled down too early
 * is noticed.
 */
final class TcpContainer implements Container {
  private static final Logger log = LoggerFactory.getLogger(TcpContainer.class);
  private static final int BACKLOG = 1024;

  private final Conversation conversation;
  private final String pod;
  private final ServerSocket listener;
  private final CompletableFuture<Void> ready;
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();

  private TcpContainer(
      Conversation conversation, String pod, ServerSocket listener, CompletableFuture<Void> ready) {
    this.conversation = conversation;
    this.pod = pod;
    this.listener = listener;
    this.ready = ready;
  }

  static TcpContainer listen(
      Conversation conversation,
      String pod,
      String address,
      int port,
      CompletableFuture<Void> ready)
      throws IOException {
    ServerSocket listener = new ServerSocket();
    listener.setReuseAddress(true);
    listener.bind(new InetSocketAddress(InetAddress.ofLiteral(address), port), BACKLOG);
    TcpContainer container = new TcpContainer(conversation, pod, listener, ready);
    Thread.ofVirtual().name("accept " + pod).start(container::accept);
    return container;
  }

  @Override
  public CompletableFuture<Void> ready() {
    return ready;
  }

  @Override
  public void close() {
    try {
      listener.close();
      for (Socket connection : connections) {
        connection.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket connection = listener.accept();
        connections.add(connection);
        if (listener.isClosed()) {
          connection.close(); // close() may have looked before this one was added
        }
        Thread.ofVirtual().name("serve " + pod).start(() -> serve(connection));
      }
    } catch (IOException e) {
      if (!listener.isClosed()) {
        log.atError().addKeyValue("pod", pod).setCause(e).log("accept failed");
      }
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      connection.setTcpNoDelay(true);
      conversation.hold(pod, connection);
    } catch (IOException e) {
      log.atDebug().addKeyValue("pod", pod).setCause(e).log("connection ended");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      connections.remove(connection);
    }
  }
}
