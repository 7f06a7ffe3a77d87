package io.zenvoy.xds.workloads.kubernetes.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow.Subscription;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AttentiveBodyTest {
  private static final int LIMIT = 3;

  private final Heartbeat heartbeat = new Heartbeat();
  private final Source source = new Source();
  private final BodySubscriber<String> receiver = BodySubscribers.ofString(StandardCharsets.UTF_8);
  private int silences;
  private final AttentiveBody<String> body =
      new AttentiveBody<>(receiver, heartbeat, new Silence(() -> LIMIT), () -> silences++);

  private static final class Source implements Subscription {
    long demand;
    boolean cancelled;

    @Override
    public void request(long items) {
      demand = items;
    }

    @Override
    public void cancel() {
      cancelled = true;
    }
  }

  @AfterEach
  void stop() {
    heartbeat.close();
  }

  @Test
  void oneThatComesSlowlyIsComplete() {
    body.onSubscribe(source);
    for (String part : List.of("a", "b", "c")) {
      beat(LIMIT);
      body.onNext(bytes(part));
    }
    body.onComplete();
    beat(10 * LIMIT);

    assertThat(whole().join()).isEqualTo("abc");
    assertThat(silences).isZero();
    assertThat(source.demand).isPositive();
    assertThat(heartbeat.size()).isZero();
  }

  @Test
  void oneWhoseRestDoesNotComeFails() {
    body.onSubscribe(source);
    body.onNext(bytes("a"));

    beat(LIMIT);
    assertThat(whole()).isNotDone();
    beat(5);
    body.onNext(bytes("late"));
    body.onComplete();

    assertThat(whole()).isCompletedExceptionally();
    assertThat(whole().exceptionNow()).isInstanceOf(HttpTimeoutException.class);
    assertThat(source.cancelled).isTrue();
    assertThat(silences).isEqualTo(1);
  }

  private CompletableFuture<String> whole() {
    return body.getBody().toCompletableFuture();
  }

  private void beat(int times) {
    for (int beat = 0; beat < times; beat++) {
      heartbeat.beat();
    }
  }

  private static List<ByteBuffer> bytes(String text) {
    return List.of(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }
}
