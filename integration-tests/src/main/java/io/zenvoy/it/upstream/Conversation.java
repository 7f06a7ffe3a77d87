package io.zenvoy.it.upstream;

import java.io.IOException;
import java.net.Socket;

/** What a server does with a connection. */
@FunctionalInterface
public interface Conversation {
  /**
   * Speaks with a client, on a virtual thread of the connection's own. The connection is closed
   * when it returns.
   *
   * @param pod in which the server runs
   * @throws IOException if the client has left, as clients may
   */
  void hold(String pod, Socket client) throws IOException, InterruptedException;
}
