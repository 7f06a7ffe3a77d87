package io.zenvoy.it.upstream;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** The echo server's HTTP. */
final class EchoConversation implements Conversation {
  private final EchoUpstream upstream;

  EchoConversation(EchoUpstream upstream) {
    this.upstream = upstream;
  }

  @Override
  public void hold(String pod, Socket client) throws IOException, InterruptedException {
    DataInputStream input = new DataInputStream(new BufferedInputStream(client.getInputStream()));
    DataOutputStream output =
        new DataOutputStream(new BufferedOutputStream(client.getOutputStream()));
    HttpRequestReader reader = new HttpRequestReader(input);
    for (HttpRequestReader.Head head = reader.readHead(); head != null; head = reader.readHead()) {
      if (head.isUpgrade()) {
        upgrade(pod, head, output);
        WebSocketEcho.run(input, output);
        return;
      }
      HttpRequestReader.Body body = reader.readBody(head);
      upstream.arrived(head.path());
      answer(pod, head, body, output);
    }
  }

  private static void answer(
      String pod, HttpRequestReader.Head head, HttpRequestReader.Body body, DataOutputStream output)
      throws IOException {
    String text =
        "pod: %s%nmethod: %s%npath: %s%nhost: %s%nlength: %d%nsha256: %s%n"
            .formatted(
                pod, head.method(), head.path(), head.header("host"), body.length(), body.sha256());
    String header =
        """
        HTTP/1.1 200 OK
        content-type: text/plain
        content-length: %d
        x-pod: %s
        x-path: %s
        x-length: %d
        x-sha256: %s
        x-trailers: %s

        """
            .formatted(
                text.length(), pod, head.path(), body.length(), body.sha256(), body.trailers());
    output.write(ascii(header.replace("\n", "\r\n")));
    if (!head.method().equals("HEAD")) {
      output.write(ascii(text));
    }
    output.flush();
  }

  private void upgrade(String pod, HttpRequestReader.Head head, DataOutputStream output)
      throws IOException {
    upstream.upgraded();
    String accept = WebSocketEcho.accept(head.header("sec-websocket-key"));
    String header =
        """
        HTTP/1.1 101 Switching Protocols
        upgrade: websocket
        connection: upgrade
        x-pod: %s
        sec-websocket-accept: %s

        """
            .formatted(pod, accept);
    output.write(ascii(header.replace("\n", "\r\n")));
    output.flush();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
