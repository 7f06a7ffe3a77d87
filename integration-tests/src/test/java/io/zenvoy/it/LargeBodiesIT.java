package io.zenvoy.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.zenvoy.it.downstream.Curl;
import io.zenvoy.it.kube.Services;
import io.zenvoy.it.upstream.NginxUpstream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A hundred megabytes to and from a service that sleeps or is awake. */
class LargeBodiesIT extends OneStack {
  private static final int MEGABYTES = 100;

  @TempDir private static Path folder = Path.of("");

  private String expected = "";

  @BeforeAll
  void makeBody() throws IOException {
    Random random = new Random(1);
    byte[] megabyte = new byte[1_000_000];
    try (OutputStream body = Files.newOutputStream(body())) {
      for (int written = 0; written < MEGABYTES; written++) {
        random.nextBytes(megabyte);
        body.write(megabyte);
      }
    }
    expected = Sha256.of(body());
  }

  @ParameterizedTest
  @CsvSource({"http1.1, http", "http2-prior-knowledge, http2"})
  void theyArriveExactlyInBothDirectionsColdAndWarm(String version, String protocol)
      throws Exception {
    String name = "large-" + protocol;
    Path stored = make(name, protocol).files().resolve("stored");

    upload(name, version, stored);
    download(name, version);
    workloads.awaitAsleep(name);
    download(name, version);
    upload(name, version, stored);
    Files.delete(stored);
  }

  private void upload(String name, String version, Path stored) throws IOException {
    Curl.Answer answer =
        Curl.ask(name, "/stored", "--" + version, "--upload-file", body().toString());

    assertThat(answer.body()).isEmpty();
    assertThat(answer.exitCode()).isZero();
    assertThat(Sha256.of(stored)).isEqualTo(expected);
  }

  private void download(String name, String version) throws IOException {
    Path received = folder.resolve("received");

    Curl.Answer answer = Curl.ask(name, "/stored", "--" + version, "--output", received.toString());

    assertThat(answer.exitCode()).isZero();
    assertThat(Sha256.of(received)).isEqualTo(expected);
  }

  private NginxUpstream make(String name, String protocol) throws IOException {
    NginxUpstream upstream = NginxUpstream.of(protocol, "LargeBodiesIT", Services.CONTAINER_PORT);
    stack.kubelet().runtime(upstream);
    workloads.makeAsleep(name, Map.of("protocol", protocol));
    return upstream;
  }

  private static Path body() {
    return folder.resolve("body");
  }
}
