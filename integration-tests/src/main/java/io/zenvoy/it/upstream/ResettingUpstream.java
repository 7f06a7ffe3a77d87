package io.zenvoy.it.upstream;

import io.zenvoy.it.kube.Container;
import io.zenvoy.it.kube.ContainerRuntime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Pods that send each byte back, reset a connection if they are asked to, and tell how connections
 * have ended: what no ordinary program does. Thread-safe.
 */
public final class ResettingUpstream implements ContainerRuntime {
  /** The byte at which a connection is reset instead of sending it back. */
  public static final int RESET_ME = '!';

  private static final int BACKLOG = 128;

  private final int port;
  private final List<End> ends = new CopyOnWriteArrayList<>();

  /** How a client has ended a connection. */
  public enum End {
    CLOSED,
    RESET
  }

  /**
   * @param port that the pods listen on
   */
  public ResettingUpstream(int port) {
    this.port = port;
  }

  /** How clients have ended their connections, in this order, at all pods together. */
  public List<End> ends() {
    return List.copyOf(ends);
  }

  @Override
  public Container start(String pod, String address) throws IOException {
    ServerSocket listener = new ServerSocket(port, BACKLOG, InetAddress.ofLiteral(address));
    Thread.ofVirtual().name(pod).start(() -> accept(listener));
    return new Listening(listener);
  }

  private void accept(ServerSocket listener) {
    while (true) {
      try {
        Socket client = listener.accept();
        Thread.ofVirtual().start(() -> serve(client));
      } catch (IOException e) {
        return; // the pod has ended
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      for (int value = client.getInputStream().read();
          value >= 0;
          value = client.getInputStream().read()) {
        if (value == RESET_ME) {
          client.setSoLinger(true, 0);
          return;
        }
        client.getOutputStream().write(value);
      }
      ends.add(End.CLOSED);
    } catch (IOException e) {
      ends.add(End.RESET);
    }
  }

  private record Listening(ServerSocket listener) implements Container {
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
  }
}
