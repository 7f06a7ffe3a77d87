package io.zenvoy.tproxy.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.zenvoy.tproxy.discovery.Route;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FailureAnswerTest {
  private static final String GET = "GET / HTTP/1.1\r\nHost: echo\r\n\r\n";
  private static final int MEGABYTE = 1 << 20;

  private TestingProxy proxy;

  @BeforeEach
  void start() throws Exception {
    proxy = TestingProxy.start(50, Duration.ofSeconds(5));
  }

  @AfterEach
  void stop() {
    proxy.close();
  }

  @Test
  void aVerdictIsToldInWords() throws Exception {
    proxy.routes(http(100));
    try (Socket client = proxy.connect()) {
      parked(client, GET);
      proxy.routes(failed("http", "the pod can't be scheduled"));
      assertThat(client.getInputStream().readAllBytes())
          .asString(US_ASCII)
          .isEqualTo(
              """
              HTTP/1.1 503 Service Unavailable\r
              Content-Type: text/plain\r
              Content-Length: 58\r
              Retry-After: 5\r
              Connection: close\r
              \r
              zenvoy: echo is not available: the pod can't be scheduled
              """);
    }
    assertThat(proxy.closed(CloseReason.VERDICT)).isEqualTo(1);
    assertThat(proxy.metric("zenvoy_tproxy_answered_connections_total")).isEqualTo(1);
    awaitNobody();
  }

  @ParameterizedTest
  @CsvSource({
    "application/json,                          application/json",
    "'text/html,application/xhtml+xml,*/*',     text/html; charset=utf-8",
    "'image/png, application/json;q=0.9',       application/json",
    "*/*,                                       text/plain",
    "'text/plain, text/html',                   text/plain",
  })
  void theAnswerIsOfTheFirstMediaTypeThatIsAccepted(String accept, String expected)
      throws Exception {
    proxy.routes(http(100));
    try (Socket client = proxy.connect()) {
      parked(client, "GET / HTTP/1.1\r\nHost: echo\r\nACCEPT: " + accept + "\r\n\r\n");
      proxy.routes(failed("http", "a <\"pod\"> & more"));
      assertThat(client.getInputStream().readAllBytes())
          .asString(US_ASCII)
          .contains("Content-Type: " + expected + "\r\n")
          .satisfies(
              answer -> {
                int body = answer.indexOf("\r\n\r\n") + 4;
                assertThat(answer).contains("Content-Length: " + (answer.length() - body) + "\r\n");
                assertThat(answer.substring(body))
                    .contains(
                        switch (expected) {
                          case "application/json" ->
                              "{\"status\":503,\"error\":\"zenvoy: echo is not available: a"
                                  + " <\\\"pod\\\"> & more\"}";
                          case "text/html; charset=utf-8" ->
                              "a &lt;&quot;pod&quot;&gt; &amp; more</p>";
                          default -> "zenvoy: echo is not available: a <\"pod\"> & more\n";
                        });
              });
    }
  }

  @RepeatedTest(2)
  void aPostgresClientThatAsksForEncryptionFirstReadsAnErrorResponse() throws Exception {
    proxy.routes(route("postgres", 100));
    try (Socket client = proxy.connect()) {
      client.getOutputStream().write(new byte[] {0, 0, 0, 8, 4, (byte) 0xd2, 0x16, 0x2f});
      await().until(() -> proxy.parked() == 1);
      proxy.routes(failed("postgres", "the pod can't be scheduled"));
      assertThat(client.getInputStream().read()).isEqualTo('N');
      client.getOutputStream().write(new byte[] {0, 0, 0, 9, 0, 3, 0, 0, 0});
      assertThat(client.getInputStream().readAllBytes())
          .asString(US_ASCII)
          .isEqualTo(
              "E\0\0\0USFATAL\0VFATAL\0C57P03\0Mzenvoy: echo is not available: the pod can't be"
                  + " scheduled\0\0");
    }
    awaitNobody();
  }

  @Test
  void aMysqlClientIsGreetedByAnError() throws Exception {
    proxy.routes(route("mysql", 100));
    try (Socket client = proxy.connect()) {
      await().until(() -> proxy.parked() == 1);
      proxy.routes(failed("mysql", "why"));
      assertThat(client.getInputStream().readAllBytes())
          .asString(ISO_8859_1)
          .isEqualTo("%\0\0\0\u00ff\u001d\u0004zenvoy: echo is not available: why");
    }
    awaitNobody();
  }

  @Test
  void aRedisClientIsToldThatItPasses() throws Exception {
    proxy.routes(route("redis", 100));
    try (Socket client = proxy.connect()) {
      parked(client, "*1\r\n$4\r\nPING\r\n");
      proxy.routes(failed("redis", "why"));
      assertThat(client.getInputStream().readAllBytes())
          .asString(US_ASCII)
          .isEqualTo("-LOADING zenvoy: echo is not available: why\r\n");
    }
    awaitNobody();
  }

  @Test
  void aRequestForTheHeadAloneGetsNoBody() throws Exception {
    proxy.routes(http(100));
    try (Socket client = proxy.connect()) {
      parked(client, GET.replace("GET", "HEAD"));
      proxy.routes(failed("http", "the pod can't be scheduled"));
      assertThat(client.getInputStream().readAllBytes())
          .asString(US_ASCII)
          .startsWith("HTTP/1.1 503 ")
          .contains("Content-Length: 58\r\n")
          .endsWith("Connection: close\r\n\r\n");
    }
  }

  @Test
  void aClientThatIsStillSendingALargeBodyReadsTheAnswer() throws Exception {
    proxy.routes(http(100));
    try (Socket client = proxy.connect()) {
      FutureTask<Void> upload = upload(client, 100);
      await()
          .during(200, TimeUnit.MILLISECONDS)
          .atMost(20, TimeUnit.SECONDS)
          .until(() -> proxy.parked() == 1 && !upload.isDone());
      proxy.routes(failed("http", "the pod can't be scheduled"));
      assertThat(answer(client)).contains("the pod can't be scheduled");
    }
    awaitNobody();
  }

  @Test
  void aClientThatHasHalfClosedReadsTheAnswer() throws Exception {
    proxy.routes(http(100));
    try (Socket client = proxy.connect()) {
      client.getOutputStream().write(GET.getBytes(US_ASCII));
      client.shutdownOutput();
      await().until(() -> proxy.parked() == 1);
      proxy.routes(failed("http", "the pod can't be scheduled"));
      assertThat(client.getInputStream().readAllBytes())
          .asString(US_ASCII)
          .endsWith("the pod can't be scheduled\n");
    }
    awaitNobody();
  }

  @Test
  @Timeout(60)
  void aClientThatNeverStopsToSendIsClosed() throws Exception {
    proxy.routes(http(100));
    try (Socket client = proxy.connect()) {
      parked(client, GET);
      proxy.routes(failed("http", "the pod can't be scheduled"));
      assertThat(answer(client)).contains("the pod can't be scheduled");
      OutputStream output = client.getOutputStream();
      assertThatThrownBy(
              () -> {
                while (true) {
                  output.write(new byte[MEGABYTE]);
                }
              })
          .isInstanceOf(SocketException.class);
    }
    awaitNobody();
  }

  @Test
  void aClientThatNeitherSendsNorClosesIsClosed() throws Exception {
    proxy.routes(http(1));
    try (Socket first = proxy.connect();
        Socket second = connectOnce(() -> proxy.parked() == 1)) {
      assertThat(first.isConnected()).isTrue();
      await().until(() -> proxy.closed(CloseReason.CAP) == 1);
      // Nothing was asked, so nothing is answered.
      assertThat(second.getInputStream().readAllBytes()).isEmpty();
    }
    assertThat(proxy.metric("zenvoy_tproxy_answered_connections_total")).isZero();
    awaitNobody();
  }

  @Test
  void whoeverIsAnsweredKeepsItsPlaceUntilItHasGone() throws Exception {
    proxy.routes(http(100));
    List<Socket> clients = new ArrayList<>();
    for (int count = 0; count < 50; count++) {
      Socket client = proxy.connect();
      clients.add(client);
      client.getOutputStream().write(GET.getBytes(US_ASCII));
    }
    await().until(() -> proxy.parked() == 50);
    proxy.routes(failed("http", "the pod can't be scheduled"));
    assertThat(proxy.parked()).isZero();
    assertThat(proxy.waiting()).isEqualTo(50);
    for (Socket client : clients) {
      assertThat(answer(client)).contains("the pod can't be scheduled");
      client.close();
    }
    awaitNobody();
    assertThat(proxy.metric("zenvoy_tproxy_answered_connections_total")).isEqualTo(50);
  }

  @Test
  void atTheClustersCapTheRequestThatComesLaterIsAnswered() throws Exception {
    proxy.routes(http(1));
    try (Socket first = proxy.connect();
        Socket second = connectOnce(() -> proxy.parked() == 1)) {
      await().until(() -> proxy.closed(CloseReason.CAP) == 1);
      second.getOutputStream().write(GET.getBytes(US_ASCII));
      assertThat(answer(second)).contains("too many connections wait");
      assertThat(first.isConnected()).isTrue();
      assertThat(proxy.parked()).isEqualTo(1);
    }
    awaitNobody();
  }

  @Test
  void atTheProcesssCapRequestsAreAnsweredToo() throws Exception {
    proxy.routes(http(100));
    List<Socket> clients = new ArrayList<>();
    for (int count = 0; count < 50; count++) {
      clients.add(proxy.connect());
    }
    await().until(() -> proxy.parked() == 50);
    try (Socket tooMany = proxy.connect()) {
      tooMany.getOutputStream().write(GET.getBytes(US_ASCII));
      assertThat(answer(tooMany)).contains("too many connections wait");
    }
    for (Socket client : clients) {
      client.close();
    }
    awaitNobody();
  }

  @Test
  void theDeadlineIsToldInWords() throws Exception {
    Route route = http(100);
    proxy.routes(withTimeout(route, Duration.ofMillis(300)));
    try (Socket client = proxy.connect()) {
      client.getOutputStream().write(GET.getBytes(US_ASCII));
      assertThat(answer(client)).contains("no pod was ready within 300ms");
    }
    InetSocketAddress nobody =
        new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), TestingProxy.freePort());
    proxy.routes(
        withTimeout(TestingProxy.speaking("http", proxy.echo(nobody)), Duration.ofMillis(300)));
    try (Socket client = proxy.connect()) {
      client.getOutputStream().write(GET.getBytes(US_ASCII));
      assertThat(answer(client)).contains("no pod took the connection within 300ms");
    }
  }

  @Test
  void theEndOfAServiceIsToldInWords() throws Exception {
    proxy.routes(http(100));
    try (Socket client = proxy.connect()) {
      parked(client, GET);
      proxy.routes();
      assertThat(answer(client)).contains("the service is gone");
    }
  }

  @Test
  void aConnectionOnWhichNothingWasAskedIsReset() throws Exception {
    proxy.routes(http(100));
    try (Socket client = proxy.connect()) {
      await().until(() -> proxy.parked() == 1);
      proxy.routes(failed("http", "the pod can't be scheduled"));
      assertReset(client);
    }
    awaitNobody();
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", ""})
  void otherProtocolsAreReset(String protocol) throws Exception {
    proxy.routes(TestingProxy.speaking(protocol, proxy.echo()));
    try (Socket client = proxy.connect()) {
      parked(client, GET);
      proxy.routes(failed(protocol, "the pod can't be scheduled"));
      assertReset(client);
    }
    assertThat(proxy.metric("zenvoy_tproxy_answered_connections_total")).isZero();
    awaitNobody();
  }

  @Test
  void theReasonIsOneShortLineOfPrintableCharacters() throws Exception {
    proxy.routes(http(100));
    try (Socket client = proxy.connect()) {
      parked(client, GET);
      proxy.routes(failed("http", "caf\u00e9\r\nSet-Cookie: a=b\u0000" + "x".repeat(5000)));
      String answer = answer(client);
      assertThat(answer.lines().filter(line -> line.startsWith("Set-Cookie"))).isEmpty();
      assertThat(answer).contains(": caf???Set-Cookie: a=b?xxx").hasSizeLessThan(1000);
    }
  }

  /** Event loops do not wait for each other: who comes first is seen by what has become of him. */
  private Socket connectOnce(Callable<Boolean> condition) throws IOException {
    await().until(condition);
    return proxy.connect();
  }

  private Route http(int maxParked) {
    return route("http", maxParked);
  }

  private Route route(String protocol, int maxParked) {
    Route echo = proxy.echo();
    return new Route(
        echo.cluster(),
        echo.slot(),
        echo.wakeTimeout(),
        maxParked,
        protocol,
        true,
        List.of(),
        Optional.empty(),
        1);
  }

  private Route failed(String protocol, String reason) {
    Route echo = proxy.echo();
    return new Route(
        echo.cluster(),
        echo.slot(),
        echo.wakeTimeout(),
        echo.maxParked(),
        protocol,
        true,
        List.of(),
        Optional.of(new Route.Verdict("1", reason)),
        1);
  }

  private static Route withTimeout(Route route, Duration timeout) {
    return new Route(
        route.cluster(),
        route.slot(),
        timeout,
        route.maxParked(),
        route.protocol(),
        route.local(),
        route.endpoints(),
        route.verdict(),
        route.version());
  }

  /** Sends a request and returns when it is parked with some of it unread. */
  private void parked(Socket client, String request) throws IOException {
    client.getOutputStream().write(request.getBytes(US_ASCII));
    await().until(() -> proxy.parked() == 1);
  }

  private static FutureTask<Void> upload(Socket client, int megabytes) {
    FutureTask<Void> upload =
        new FutureTask<>(
            () -> {
              OutputStream output = client.getOutputStream();
              output.write(GET.replace("GET", "POST").getBytes(US_ASCII));
              for (int count = 0; count < megabytes; count++) {
                output.write(new byte[MEGABYTE]);
              }
              return null;
            });
    Thread.ofPlatform().daemon().start(upload);
    return upload;
  }

  /** The whole answer up to the end of its body, whatever comes behind it. */
  private static String answer(Socket client) throws IOException {
    InputStream input = client.getInputStream();
    StringBuilder answer = new StringBuilder();
    do {
      answer.append(line(input));
    } while (!answer.toString().endsWith("\r\n\r\n"));
    assertThat(answer).startsWith("HTTP/1.1 503 Service Unavailable\r\n");
    return answer + line(input);
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

  private void awaitNobody() {
    await().until(() -> proxy.waiting() == 0 && proxy.parked() == 0);
  }

  private static void assertReset(Socket client) {
    assertThatThrownBy(() -> client.getInputStream().read())
        .isInstanceOf(SocketException.class)
        .hasMessageContaining("reset");
  }
}
