package io.zenvoy.it.faults;

import io.zenvoy.it.upstream.Conversation;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.HexFormat;

/**
 * A session of a protocol in which every question is answered with who answers and a SHA-256 of
 * what had arrived there; the greeting is such an answer to nothing. Used by one thread.
 */
public final class TcpSession implements AutoCloseable {
  private static final byte[] NOTHING = {};

  private final TcpService service;
  private final Socket socket;
  private final DataInputStream input;
  private final DataOutputStream output;

  /**
   * What a question is answered with.
   *
   * @param pod who answers
   * @param sha256 of the question as it has arrived, in hexadecimal digits
   */
  public record Answer(String pod, String sha256) {}

  private TcpSession(TcpService service, Socket socket) throws IOException {
    this.service = service;
    this.socket = socket;
    input = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
    output = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
  }

  /** The server's side. */
  public static Conversation server(TcpService.Opening opening) {
    return (pod, client) -> serve(opening, pod, client);
  }

  /**
   * Connects, and waits for the greeting if there is one.
   *
   * @param patience how long it waits for anything
   */
  public static TcpSession open(TcpService service, Duration patience) throws IOException {
    Socket socket = new Socket();
    try {
      socket.setSoTimeout((int) patience.toMillis());
      socket.setTcpNoDelay(true);
      socket.connect(
          new InetSocketAddress(service.listener().host(), service.listener().port()),
          (int) patience.toMillis());
      TcpSession session = new TcpSession(service, socket);
      if (service.opening() == TcpService.Opening.SERVER) {
        session.read();
      }
      return session;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  public TcpService service() {
    return service;
  }

  /** Asks something and waits for the answer. */
  public Answer ask(byte[] question) throws IOException {
    output.writeInt(question.length);
    output.write(question);
    output.flush();
    return read();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private Answer read() throws IOException {
    String pod = input.readUTF();
    byte[] digest = new byte[32];
    input.readFully(digest);
    return new Answer(pod, HexFormat.of().formatHex(digest));
  }

  private static void serve(TcpService.Opening opening, String pod, Socket client)
      throws IOException {
    DataInputStream questions =
        new DataInputStream(new BufferedInputStream(client.getInputStream()));
    DataOutputStream answers =
        new DataOutputStream(new BufferedOutputStream(client.getOutputStream()));
    if (opening == TcpService.Opening.SERVER) {
      answer(pod, NOTHING, answers);
    }
    while (true) {
      byte[] question;
      try {
        question = new byte[questions.readInt()];
      } catch (EOFException e) {
        return; // the client has ended the session
      }
      questions.readFully(question);
      answer(pod, question, answers);
    }
  }

  private static void answer(String pod, byte[] question, DataOutputStream answers)
      throws IOException {
    answers.writeUTF(pod);
    answers.write(Question.sha256().digest(question));
    answers.flush();
  }
}
