package io.zenvoy.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.zenvoy.it.downstream.Curl;
import io.zenvoy.it.kube.Services;
import io.zenvoy.it.stack.ZenvoyStack;
import io.zenvoy.it.upstream.NginxUpstream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What HTTP has besides plain requests, as a service that sleeps answers it to real clients. */
class HttpFeaturesIT extends OneStack {
  @ParameterizedTest
  @CsvSource({
    "http, HTTP/1.1, http1.1, HTTP/1.1 200 OK",
    "http, HTTP/1.1, http2-prior-knowledge, HTTP/2 200",
    "http2, HTTP/2.0, http1.1, HTTP/1.1 200 OK",
    "http2, HTTP/2.0, http2-prior-knowledge, HTTP/2 200"
  })
  void aClientAndItsServiceSpeakTheVersionThatEachWantsAndTrailersArrive(
      String protocol, String spoken, String option, String status) throws Exception {
    String name = make(option.substring(0, 5) + "-to", protocol);

    coldWarmAndColdAgain(
        name,
        () -> {
          Curl.Answer answer = Curl.ask(name, "/", "--" + option);

          assertThat(answer.status()).isEqualTo(status);
          assertThat(answer.body()).startsWith(spoken + " from 10.99.");
          assertThat(answer.header(NginxUpstream.TRAILER)).isEqualTo("whole");
        });
  }

  private String make(String prefix, String protocol) throws IOException {
    String name = prefix + "-" + protocol;
    stack.kubelet().runtime(NginxUpstream.of(protocol, "HttpFeaturesIT", Services.CONTAINER_PORT));
    workloads.makeAsleep(name, Map.of("protocol", protocol));
    return name;
  }

  @Test
  void aRequestsTrailersArrive() throws Exception {
    workloads.makeAsleep("trailing");

    coldWarmAndColdAgain(
        "trailing",
        () ->
            assertThat(
                    exchange(
                        """
                        POST / HTTP/1.1
                        Host: trailing
                        Connection: close
                        Transfer-Encoding: chunked
                        Trailer: x-checksum

                        5
                        hello
                        0
                        x-checksum: 42

                        """))
                .startsWith("HTTP/1.1 200 OK\r\n")
                .contains("\r\nx-length: 5\r\n", "\r\nx-trailers: {x-checksum=42}\r\n"));
  }

  @Test
  void whoeverWaitsToBeToldToSendItsBodyIsTold(@TempDir Path folder) throws Exception {
    NginxUpstream upstream = NginxUpstream.of("http", "HttpFeaturesIT", Services.CONTAINER_PORT);
    stack.kubelet().runtime(upstream);
    workloads.makeAsleep("expecting");
    Path body = Files.writeString(folder.resolve("body"), "hello\n".repeat(10_000));

    coldWarmAndColdAgain(
        "expecting",
        () -> {
          Curl.Answer answer =
              Curl.ask(
                  "expecting",
                  "/stored",
                  "--upload-file",
                  body.toString(),
                  "--header",
                  "Expect: 100-continue",
                  "--expect100-timeout",
                  "90");

          assertThat(answer.head()).contains("HTTP/1.1 100 Continue");
          assertThat(answer.status()).startsWith("HTTP/1.1 20");
          Path stored = upstream.files().resolve("stored");
          assertThat(stored).hasSameBinaryContentAs(body);
          Files.delete(stored);
        });
  }

  /** What the HTTP listener answers until it closes the connection. */
  private static String exchange(String request) throws IOException {
    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), ZenvoyStack.HTTP_PORT)) {
      client
          .getOutputStream()
          .write(request.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII));
      return new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }
  }
}
