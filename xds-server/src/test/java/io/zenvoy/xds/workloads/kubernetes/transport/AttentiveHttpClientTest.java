package io.zenvoy.xds.workloads.kubernetes.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AttentiveHttpClientTest {
  private static final URI WATCH = URI.create("wss://server:6443/api/v1/services?watch=true");
  private static final HttpRequest REQUEST =
      HttpRequest.newBuilder(URI.create("https://server:6443/api/v1/services")).build();

  private final Heartbeat heartbeat = new Heartbeat();
  private final List<TestingHttpClient> made = new ArrayList<>();
  private final List<URI> silent = new ArrayList<>();
  private final AttentiveHttpClient client =
      new AttentiveHttpClient(this::make, heartbeat, silent::add);
  private final TestingHttpClient sockets = made.get(0);
  private final TestingHttpClient first = made.get(1);

  private TestingHttpClient make() {
    TestingHttpClient next = new TestingHttpClient();
    made.add(next);
    return next;
  }

  @AfterEach
  void stop() {
    heartbeat.close();
  }

  @Test
  void afterARequestWithoutAnAnswerTheNextGoesOverAnotherConnection() {
    send();
    first.fail(new HttpTimeoutException("request timed out"));
    send();

    assertThat(first.requests).hasSize(1);
    assertThat(first.isShutDown).isTrue();
    assertThat(made.getLast().requests).hasSize(1);
  }

  @Test
  void oneThatAnswersOthersMeanwhileIsSlowButNotDead() {
    send();
    send();
    first.answer();
    first.requests.getFirst().completeExceptionally(new HttpTimeoutException("request timed out"));

    assertThat(first.isShutDown).isFalse();
  }

  @Test
  void whatWaitsOnTheSameConnectionDoesNotReplaceTheNextOne() {
    send();
    send();
    first.requests.getFirst().completeExceptionally(new HttpTimeoutException("request timed out"));
    first.fail(new HttpTimeoutException("request timed out"));

    assertThat(made).hasSize(3);
    assertThat(made.getLast().isShutDown).isFalse();
  }

  @Test
  void oneThatWasGivenUpCountsAsUnanswered() {
    client.sendAsync(REQUEST, BodyHandlers.ofString()).cancel(true);

    assertThat(first.isShutDown).isTrue();
  }

  @Test
  void aConnectionThatCouldNotBeMadeIsNotReplaced() {
    send();
    first.fail(new HttpConnectTimeoutException("HTTP connect timed out"));
    send();
    first.fail(new ConnectException("refused"));

    assertThat(first.isShutDown).isFalse();
    assertThat(made).hasSize(2);
  }

  @Test
  void aSilentWebSocketEndsFiveBeatsAfterItsLatestAnswer() {
    open();
    pong();

    assertThat(beatsUntilItEnds()).isEqualTo(5);
    assertThat(silent).containsExactly(WATCH);
    assertThat(first.isShutDown).as("what requests use is likely to be as dead").isTrue();
    assertThat(sockets.isShutDown).isFalse();
  }

  @Test
  void oneThatHasNeverAnsweredEndsAsSoon() {
    open();

    assertThat(beatsUntilItEnds()).isEqualTo(5);
  }

  @Test
  void whereNobodyEverAnsweredPingsABookmarkIsAwaited() {
    for (int trial = 0; trial < 10; trial++) {
      open();
      assertThat(beatsUntilItEnds()).isEqualTo(5);
    }
    open();

    assertThat(beatsUntilItEnds()).isEqualTo(151);
  }

  @Test
  void oneAnswerEverIsEnough() {
    open();
    pong();
    for (int outage = 0; outage < 20; outage++) {
      assertThat(beatsUntilItEnds()).isEqualTo(5);
      open();
    }
  }

  private void send() {
    assertThat(client.sendAsync(REQUEST, BodyHandlers.ofString())).isNotDone();
  }

  private void open() {
    sockets.socket.aborted = false;
    assertThat(client.newWebSocketBuilder().buildAsync(WATCH, new WebSocket.Listener() {}))
        .isCompleted();
  }

  private void pong() {
    Objects.requireNonNull(sockets.listener).onPong(sockets.socket, ByteBuffer.allocate(0));
  }

  private int beatsUntilItEnds() {
    int beats = 0;
    while (!sockets.socket.aborted) {
      heartbeat.beat();
      beats++;
    }
    return beats;
  }
}
