package io.zenvoy.it.upstream;

import io.zenvoy.it.kube.Container;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The echo server of one pod. Closing it cuts every connection at once: whoever is scaled down too
 * early is noticed.
 */
final class EchoContainer implements Container {
  private static final Logger log = LoggerFactory.getLogger(EchoContainer.class);
  private static final int BACKLOG = 1024;

  private final EchoUpstream upstream;
  private final String pod;
  private final ServerSocket listener;
  private final CompletableFuture<Void> ready;
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();

  private EchoContainer(
      EchoUpstream upstream, String pod, ServerSocket listener, CompletableFuture<Void> ready) {
    this.upstream = upstream;
    this.pod = pod;
    this.listener = listener;
    this.ready = ready;
  }

  static EchoContainer listen(
      EchoUpstream upstream, String pod, String address, int port, CompletableFuture<Void> ready)
      throws IOException {
    ServerSocket listener = new ServerSocket();
    listener.setReuseAddress(true);
    listener.bind(new InetSocketAddress(InetAddress.ofLiteral(address), port), BACKLOG);
    EchoContainer container = new EchoContainer(upstream, pod, listener, ready);
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
      DataInputStream input =
          new DataInputStream(new BufferedInputStream(connection.getInputStream()));
      DataOutputStream output =
          new DataOutputStream(new BufferedOutputStream(connection.getOutputStream()));
      HttpRequestReader reader = new HttpRequestReader(input);
      for (HttpRequestReader.Head head = reader.readHead();
          head != null;
          head = reader.readHead()) {
        if (head.isUpgrade()) {
          upgrade(head, output);
          WebSocketEcho.run(input, output);
          return;
        }
        HttpRequestReader.Body body = reader.readBody(head);
        upstream.arrived(head.path());
        answer(head, body, output);
      }
    } catch (IOException e) {
      log.atDebug().addKeyValue("pod", pod).setCause(e).log("connection ended");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      connections.remove(connection);
    }
  }

  private void answer(
      HttpRequestReader.Head head, HttpRequestReader.Body body, DataOutputStream output)
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

  private void upgrade(HttpRequestReader.Head head, DataOutputStream output) throws IOException {
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
