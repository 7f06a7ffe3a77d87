package io.zenvoy.it;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zenvoy.it.downstream.Curl;
import io.zenvoy.it.kube.Services;
import io.zenvoy.it.stack.StackSettings;
import io.zenvoy.it.stack.ZenvoyStack;
import io.zenvoy.it.upstream.EchoUpstream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a client sees of a service that can't be woken: a reason, in time, and once. */
class FailureAnswerIT extends OneStack {
  /** Much less than repeated wakes would take, and more than a slow machine needs for one. */
  private static final Duration SOON = Duration.ofSeconds(30);

  private static final Map<String, String> SHORT_WAKE = Map.of("wake-timeout", "4s");

  @Override
  StackSettings settings(StackSettings usual) throws IOException {
    Path page = Files.createTempFile("zenvoy-page-", ".html");
    Files.writeString(page, "<h1>Sorry</h1><p>{service} has said: {reason} (100%)</p>");
    return usual.with("UNAVAILABLE_PAGE", page.toString());
  }

  @BeforeEach
  void letNoPodBecomeReady() {
    stack
        .kubelet()
        .runtime(new EchoUpstream(Services.CONTAINER_PORT, EchoUpstream.Readiness.NEVER));
  }

  @Test
  void whoeverAsksIsToldWhyAndWhenToAskAgain() throws Exception {
    workloads.makeAsleep("asked", SHORT_WAKE);
    double answered = answered();

    long start = System.nanoTime();
    HttpResponse<String> failure = stack.downstream().get("asked", "/");

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON);
    assertThat(failure.statusCode()).isEqualTo(503);
    assertThat(failure.headers().firstValue("content-type")).contains("text/plain");
    assertThat(failure.headers().firstValue("retry-after")).contains("5");
    assertThat(failure.body())
        .startsWith("zenvoy: asked is not available: not ready after 4s: ")
        .endsWith("\n");
    assertThat(answered()).as("connections that were answered").isEqualTo(answered + 1);
  }

  @Test
  void whoeverStillSendsALargeBodyIsToldToo() throws Exception {
    workloads.makeAsleep("sent", SHORT_WAKE);

    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), ZenvoyStack.HTTP_PORT)) {
      client.setSoTimeout(Math.toIntExact(SOON.toMillis()));
      Thread.ofVirtual().start(() -> upload(client, "sent", 5_000_000));
      InputStream input = client.getInputStream();

      assertThat(head(input))
          .startsWith("HTTP/1.1 503 ")
          .containsIgnoringCase("\r\nretry-after: 5\r\n");
      assertThat(line(input)).startsWith("zenvoy: sent is not available: ");
    }
  }

  @Test
  void aFinalVerdictIsToldAtOnce() throws Exception {
    workloads.makeService(
        stack.namespace(),
        "targetless",
        Map.of("target", "deployment/nobody", "wake-timeout", "10m"));
    workloads.awaitDomain("targetless");

    HttpResponse<String> failure = stack.downstream().get("targetless", "/");

    assertThat(failure.statusCode()).isEqualTo(503);
    assertThat(failure.body())
        .matches("zenvoy: targetless is not available: .*nobody does not exist\n");
  }

  @Test
  void overHttp2AFailedWakeIsNotRepeated() throws Exception {
    workloads.makeAsleep("multiplexed", Map.of("wake-timeout", "4s", "protocol", "http2"));
    double refused = refused();

    long start = System.nanoTime();
    HttpResponse<String> failure = stack.downstream().get("multiplexed", "/");

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON);
    assertThat(failure.statusCode()).isEqualTo(503);
    assertThat(failure.headers().firstValue("retry-after")).contains("5");
    assertThat(failure.body())
        .startsWith("zenvoy: multiplexed is not available: not ready after 4s");
    assertThat(refused()).as("connections that were refused").isEqualTo(refused + 1);
  }

  @Test
  void whatEnvoyRefusesByItselfIsToldInTheMediaTypeThatIsAccepted() throws Exception {
    workloads.makeAsleep("crowded", Map.of("protocol", "http2", "max-parked", "1"));
    try (Socket first = new Socket(InetAddress.getLoopbackAddress(), ZenvoyStack.HTTP_PORT)) {
      first.getOutputStream().write("GET / HTTP/1.1\r\nHost: crowded\r\n\r\n".getBytes(US_ASCII));
      workloads.awaitReplicas("crowded", 1);
      assertThat(answer("crowded", "text/html,*/*"))
          .startsWith("HTTP/1.1 503 ")
          .containsIgnoringCase("\r\nretry-after: 5\r\n")
          .contains("text/html", "<h1>Sorry</h1><p>crowded has said: ")
          .contains(" (100%)</p>")
          .doesNotContain("{reason}");
      assertThat(answer("crowded", "application/json"))
          .startsWith("HTTP/1.1 503 ")
          .contains("application/json", "\"status\":503");
      assertThat(first.isConnected()).isTrue();
    }
  }

  @Test
  void aBrowserThatWaitsIsShownAPageThatAsksAgain() throws Exception {
    workloads.makeAsleep("patient", Map.of("wait-page-after", "300ms"));

    assertThat(answer("patient", "text/html"))
        .startsWith("HTTP/1.1 503 ")
        .containsIgnoringCase("\r\nrefresh: 1\r\n")
        .contains("patient was asleep and is starting");
    workloads.awaitReplicas("patient", 1);
  }

  @Test
  void aBrowserThatComesAgainAndAgainIsToldInTheEndThatTheWakeHasFailed() {
    workloads.makeAsleep("hopeless", Map.of("wait-page-after", "300ms", "wake-timeout", "4s"));

    await("it is told")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofSeconds(1)) // as its page says
        .until(
            () -> answer("hopeless", "text/html"),
            page -> page.contains("hopeless is not available: not ready after 4s"));
  }

  /** Head and body. */
  private static String answer(String host, String accept) throws IOException {
    return Curl.ask(host, "/", "--include", "--header", "Accept: " + accept).body();
  }

  private static void upload(Socket client, String host, int length) {
    try {
      OutputStream output = client.getOutputStream();
      output.write(
          ("POST / HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: " + length + "\r\n\r\n")
              .getBytes(US_ASCII));
      output.write(new byte[length]);
    } catch (IOException e) {
      // Whoever is answered early may be cut off while it sends: what counts is the answer.
    }
  }

  private static String head(InputStream input) throws IOException {
    StringBuilder head = new StringBuilder();
    do {
      head.append(line(input));
    } while (!head.toString().endsWith("\r\n\r\n"));
    return head.toString();
  }

  private static String line(InputStream input) throws IOException {
    StringBuilder line = new StringBuilder();
    int read;
    do {
      read = input.read();
      assertThat(read).as("the end of the stream after \"%s\"", line).isNotNegative();
      line.append((char) read);
    } while (read != '\n');
    return line.toString();
  }

  private double answered() throws IOException {
    return daemonMetric("zenvoy_tproxy_answered_connections_total");
  }

  private double refused() throws IOException {
    return daemonMetric("zenvoy_tproxy_closed_connections_total");
  }

  private double daemonMetric(String name) throws IOException {
    return HttpProbe.get(stack.tproxy().adminPort(), "/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(name))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }
}
