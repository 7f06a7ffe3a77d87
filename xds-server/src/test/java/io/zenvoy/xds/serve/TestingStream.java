package io.zenvoy.xds.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A client's end of a stream: what it receives waits until a test takes it. */
final class TestingStream<Q, R> implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 20;

  private final BlockingQueue<R> received = new LinkedBlockingQueue<>();
  private final CompletableFuture<Status> status = new CompletableFuture<>();
  private final StreamObserver<Q> server;

  TestingStream(Function<StreamObserver<R>, StreamObserver<Q>> method) {
    server =
        method.apply(
            new StreamObserver<>() {
              @Override
              public void onNext(R response) {
                received.add(response);
              }

              @Override
              public void onError(Throwable cause) {
                status.complete(Status.fromThrowable(cause));
              }

              @Override
              public void onCompleted() {
                status.complete(Status.OK);
              }
            });
  }

  void send(Q request) {
    server.onNext(request);
  }

  /** The next response; waits for it. */
  R take() {
    try {
      R response = received.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertThat(response).as("a response, the stream being %s", status).isNotNull();
      return Objects.requireNonNull(response);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** How many responses wait to be taken. */
  int waiting() {
    return received.size();
  }

  boolean isOpen() {
    return !status.isDone();
  }

  /** What the server closed the stream with; waits for it. */
  Status closed() {
    return status.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
  }

  @Override
  public void close() {
    if (isOpen()) {
      server.onCompleted();
    }
  }
}
