package io.zenvoy.it.upstream;

import io.zenvoy.it.kube.Container;
import io.zenvoy.it.kube.ContainerRuntime;
import java.io.IOException;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Pods that send each byte back, reset a connection if they are asked to, and tell how connections
 * have ended: what no ordinary program does. Thread-safe.
 */
public final class ResettingUpstream implements ContainerRuntime {
  /** The byte at which a connection is reset instead of sending it back. */
  public static final int RESET_ME = '!';

  private final TcpUpstream pods;
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
    this.pods = new TcpUpstream(port, (pod, client) -> serve(client));
  }

  /** How clients have ended their connections, in this order, at all pods together. */
  public List<End> ends() {
    return List.copyOf(ends);
  }

  @Override
  public Container start(String pod, String address) throws IOException {
    return pods.start(pod, address);
  }

  private void serve(Socket client) {
    try {
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
}
