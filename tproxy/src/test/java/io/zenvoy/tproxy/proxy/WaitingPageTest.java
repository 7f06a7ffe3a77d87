package io.zenvoy.tproxy.proxy;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zenvoy.tproxy.discovery.Route;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class WaitingPageTest {
  private static final String BROWSER =
      "GET / HTTP/1.1\r\nHost: echo\r\nAccept: text/html,*/*;q=0.8\r\n\r\n";

  private TestingProxy proxy;

  @BeforeEach
  void start() throws Exception {
    proxy = TestingProxy.start();
  }

  @AfterEach
  void stop() {
    proxy.close();
  }

  @Test
  void aBrowserIsShownThatItsPageIsWaitedForAndNobodyElseIs() throws Exception {
    proxy.routes(patient(Duration.ofMillis(100)));
    try (Socket program = proxy.connect();
        Socket form = proxy.connect();
        Socket webSocket = proxy.connect();
        Socket silent = proxy.connect();
        Socket browser = proxy.connect()) {
      send(program, BROWSER.replace("text/html,", ""));
      send(form, BROWSER.replace("GET", "POST"));
      send(webSocket, BROWSER.replace("\r\n\r\n", "\r\nUpgrade: websocket\r\n\r\n"));
      send(browser, BROWSER);

      assertThat(new String(browser.getInputStream().readAllBytes(), US_ASCII))
          .startsWith("HTTP/1.1 503 Service Unavailable\r\n")
          .contains("\r\nRefresh: 1\r\n", "\r\nRetry-After: 1\r\n", "http-equiv=\"refresh\"")
          .contains("<p>echo was asleep and is starting.");
      await().until(() -> proxy.parked() == 4);
      assertThat(proxy.closed(CloseReason.WAITING_PAGE)).isEqualTo(1);
      assertThat(silent.getInputStream().available()).isZero();
    }
  }

  @Test
  void aBrowserThatWasBetweenTwoPagesWhenTheWakeFailedIsToldWhy() throws Exception {
    proxy.routes(patient(Duration.ofMillis(100)));
    requireWaitingPage();
    proxy.routes(failed("1", "the image is missing"));

    try (Socket program = proxy.connect();
        Socket browser = proxy.connect()) {
      send(program, BROWSER.replace("text/html,", ""));
      await().until(() -> proxy.parked() == 2);
      proxy.routes(patient(Duration.ofHours(1))); // they have begun another wake
      send(browser, BROWSER);

      assertThat(new String(browser.getInputStream().readAllBytes(), US_ASCII))
          .startsWith("HTTP/1.1 503 Service Unavailable\r\n")
          .contains("echo is not available: the image is missing")
          .doesNotContain("Refresh");
      assertThat(proxy.parked()).isEqualTo(1);
    }
  }

  @Test
  void aVerdictThatWasThereBeforeThePageIsNotItsBrowsers() throws Exception {
    proxy.routes(failed("1", "the image is missing"));
    requireWaitingPage();
    requireWaitingPage();
    assertThat(proxy.closed(CloseReason.VERDICT)).isZero();
  }

  private void requireWaitingPage() throws Exception {
    try (Socket browser = proxy.connect()) {
      send(browser, BROWSER);
      assertThat(new String(browser.getInputStream().readAllBytes(), US_ASCII))
          .contains("\r\nRefresh: 1\r\n");
    }
  }

  @Test
  void whatWaitsOnIsLookedAtWithoutBeingTaken() throws Exception {
    proxy.routes(patient(Duration.ofMillis(1)));
    try (TestingUpstream upstream = TestingUpstream.start();
        Socket form = proxy.connect()) {
      String request = BROWSER.replace("GET", "POST");
      send(form, request);
      await()
          .during(Duration.ofMillis(300)) // some sweeps
          .until(() -> proxy.parked() == 1);
      proxy.routes(proxy.echo(upstream.address()));
      try (Socket accepted = upstream.accept()) {
        assertThat(accepted.getInputStream().readNBytes(request.length()))
            .asString(US_ASCII)
            .isEqualTo(request);
      }
    }
  }

  @Test
  void onlyClientsOfHttpAreShownAnything() throws Exception {
    proxy.routes(patient("tcp", Duration.ofMillis(1)));
    try (Socket client = proxy.connect()) {
      send(client, BROWSER);
      await().until(() -> proxy.parked() == 1);
      await()
          .during(Duration.ofMillis(300)) // some sweeps
          .until(() -> proxy.parked() == 1);
    }
  }

  private static void send(Socket client, String request) throws Exception {
    client.getOutputStream().write(request.getBytes(US_ASCII));
  }

  private Route patient(Duration patience) {
    return patient("http", patience);
  }

  private Route patient(String protocol, Duration patience) {
    return route(protocol, patience, Optional.empty());
  }

  private Route failed(String id, String reason) {
    return route("http", Duration.ofMillis(100), Optional.of(new Route.Verdict(id, reason)));
  }

  private Route route(String protocol, Duration patience, Optional<Route.Verdict> verdict) {
    Route echo = proxy.echo();
    return new Route(
        echo.cluster(),
        echo.slot(),
        echo.wakeTimeout(),
        100,
        protocol,
        true,
        Optional.of(patience),
        List.of(),
        verdict,
        1);
  }
}
