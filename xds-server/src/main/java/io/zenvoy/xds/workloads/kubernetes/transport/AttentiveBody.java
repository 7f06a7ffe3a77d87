package io.zenvoy.xds.workloads.kubernetes.transport;

import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A response's body that fails when nothing of it comes any more: a request's time limit ends with
 * the response's header. Thread-safe.
 */
final class AttentiveBody<T> implements BodySubscriber<T> {
  private final BodySubscriber<T> receiver;
  private final Heartbeat heartbeat;
  private final Silence silence;
  private final Runnable onSilence;
  private final Runnable beat = this::beat;
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile @Nullable Subscription subscription;

  /**
   * @param onSilence run before the receiver is told that the rest does not come
   */
  AttentiveBody(
      BodySubscriber<T> receiver, Heartbeat heartbeat, Silence silence, Runnable onSilence) {
    this.receiver = receiver;
    this.heartbeat = heartbeat;
    this.silence = silence;
    this.onSilence = onSilence;
  }

  private void beat() {
    Subscription current = subscription;
    if (current != null && silence.isTooLong() && end()) {
      current.cancel();
      onSilence.run();
      receiver.onError(new HttpTimeoutException("the rest of the response does not come"));
    }
  }

  /** Whether this was the end. */
  private boolean end() {
    heartbeat.remove(beat);
    return ended.compareAndSet(false, true);
  }

  @Override
  public CompletionStage<T> getBody() {
    return receiver.getBody();
  }

  @Override
  public void onSubscribe(Subscription given) {
    subscription = given;
    heartbeat.add(beat);
    receiver.onSubscribe(
        new Subscription() {
          @Override
          public void request(long items) {
            silence.demanded(items);
            given.request(items);
          }

          @Override
          public void cancel() {
            end();
            given.cancel();
          }
        });
  }

  @Override
  public void onNext(List<ByteBuffer> item) {
    silence.heard();
    if (!ended.get()) {
      receiver.onNext(item);
    }
  }

  @Override
  public void onError(Throwable failure) {
    if (end()) {
      receiver.onError(failure);
    }
  }

  @Override
  public void onComplete() {
    if (end()) {
      receiver.onComplete();
    }
  }
}
