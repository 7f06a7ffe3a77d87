package io.zenvoy.example.echo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zenvoy.common.StartupException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class EchoServerTest {
  private final EchoServer server = EchoServer.start(0);
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  @Test
  void aRequestWithoutBodyIsAnsweredWithItsLineAndHeaders() throws Exception {
    String answer =
        raw(
            """
            GET /some/path?a=1&b=%20 HTTP/1.1\r
            Host: zenvoy-echo\r
            X-Twice: first\r
            Connection: close\r
            X-Twice: second\r
            Accept: */*\r
            \r
            """);

    assertThat(answer).startsWith("HTTP/1.1 200 OK\r\n").contains("Content-type: text/plain");
    assertThat(answer)
        .endsWith(
            """
            \r
            \r
            GET /some/path?a=1&b=%20 HTTP/1.1
            Accept: */*
            Connection: close
            Host: zenvoy-echo
            X-twice: first
            X-twice: second

            """);
  }

  @Test
  void theBodyFollowsTheHeaders() throws Exception {
    HttpResponse<String> response =
        client.send(
            request("/").POST(BodyPublishers.ofString("grüße\n")).build(), BodyHandlers.ofString());

    assertThat(response.body()).startsWith("POST / HTTP/1.1\n").endsWith("\n\ngrüße\n");
    assertThat(response.headers().firstValueAsLong("Content-Length"))
        .hasValue(response.body().getBytes(StandardCharsets.UTF_8).length);
  }

  @Test
  void aBodyOfUnknownLengthIsPassedOnCompletely() throws Exception {
    byte[] body = new byte[3 * 1024 * 1024];
    HttpResponse<byte[]> response =
        client.send(
            request("/")
                .PUT(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)))
                .build(),
            BodyHandlers.ofByteArray());

    assertThat(response.headers().firstValue("Transfer-Encoding")).hasValue("chunked");
    assertThat(response.body()).endsWith(body).hasSizeLessThan(body.length + 1000);
  }

  @Test
  void aHeadRequestGetsNoBody() throws Exception {
    HttpResponse<String> response =
        client.send(request("/").HEAD().build(), BodyHandlers.ofString());

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEmpty();
  }

  @Test
  void manyRequestsAreAnsweredAtATime() {
    List<CompletableFuture<HttpResponse<String>>> responses =
        IntStream.range(0, 100)
            .mapToObj(
                number -> client.sendAsync(request("/" + number).build(), BodyHandlers.ofString()))
            .toList();

    for (int number = 0; number < responses.size(); number++) {
      assertThat(responses.get(number).join().body()).startsWith("GET /" + number + " HTTP/1.1\n");
    }
  }

  @Test
  void aBusyPortIsNamedTogetherWithItsSetting() throws Exception {
    try (ServerSocket busy = new ServerSocket(0)) {
      assertThatThrownBy(() -> EchoServer.start(busy.getLocalPort()))
          .isInstanceOf(StartupException.class)
          .hasMessage(
              "PORT: port %d is in use (set PORT to a free one)".formatted(busy.getLocalPort()));
    }
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
  }

  private String raw(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
