package io.zenvoy.it.faults;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;

/** Who ends a connection, and how. Both sides look for the end that was meant. */
public enum Ending {
  /** The client closes once it has the answer. */
  CLIENT_CLOSES,
  /** The server closes once it has answered. */
  SERVER_CLOSES,
  /** The client ends its direction; only then the server answers, and closes. */
  CLIENT_ENDS_FIRST,
  /** The client resets it once it has the answer. */
  CLIENT_RESETS,
  /** The server resets it once the client has confirmed the answer. */
  SERVER_RESETS;

  /** The client has sent all that it asks. */
  void afterQuestion(Socket client) throws IOException {
    if (this == CLIENT_ENDS_FIRST) {
      client.shutdownOutput();
    }
  }

  /**
   * The server has received all that was asked.
   *
   * @return whether what follows is as it was meant
   */
  boolean afterQuestion(DataInputStream fromClient) throws IOException {
    return this != CLIENT_ENDS_FIRST || fromClient.read() < 0;
  }

  /**
   * The client has the answer, and closes its socket next.
   *
   * @return whether the server ends it as it was meant
   */
  boolean atClient(Socket client, DataInputStream input, DataOutputStream output)
      throws IOException {
    switch (this) {
      case CLIENT_CLOSES -> {}
      case SERVER_CLOSES, CLIENT_ENDS_FIRST -> {
        return input.read() < 0;
      }
      case CLIENT_RESETS -> client.setSoLinger(true, 0);
      case SERVER_RESETS -> {
        output.writeByte(0);
        output.flush();
        return isReset(input);
      }
    }
    return true;
  }

  /**
   * The server has answered, and closes its socket next.
   *
   * @return whether the client ends it as it was meant
   */
  boolean atServer(Socket server, DataInputStream input) throws IOException {
    return switch (this) {
      case SERVER_CLOSES, CLIENT_ENDS_FIRST -> true;
      case CLIENT_CLOSES -> input.read() < 0;
      case CLIENT_RESETS -> isReset(input);
      case SERVER_RESETS -> {
        boolean confirmed = input.read() == 0;
        server.setSoLinger(true, 0);
        yield confirmed;
      }
    };
  }

  private static boolean isReset(DataInputStream input) throws SocketTimeoutException {
    try {
      input.read();
      return false;
    } catch (SocketTimeoutException e) {
      throw e;
    } catch (IOException e) {
      return true;
    }
  }
}
