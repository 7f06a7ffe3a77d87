package io.zenvoy.tproxy.discovery;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Notices a server that is frozen: its kernel still takes what is sent, and gRPC's own pings are
 * ten seconds apart. So it is asked for its health every second; any answer will do, even that it
 * has none. Owned by the discovery thread.
 *
 * @see <a href="https://github.com/grpc/grpc/blob/master/doc/health-checking.md">gRPC health
 *     checking</a>
 */
final class ServerProbe {
  private static final long EVERY_MILLIS = 1_000;
  private static final long LIMIT_MILLIS = 2_000;
  private static final byte[] WHOLE_SERVER = {};

  private static final MethodDescriptor<byte[], byte[]> CHECK =
      MethodDescriptor.<byte[], byte[]>newBuilder()
          .setType(MethodDescriptor.MethodType.UNARY)
          .setFullMethodName("grpc.health.v1.Health/Check")
          .setRequestMarshaller(new Bytes())
          .setResponseMarshaller(new Bytes())
          .build();

  private final ManagedChannel channel;
  private final ScheduledExecutorService thread;
  private final Runnable silent;

  /**
   * @param silent run on the discovery thread when there was no answer for two seconds
   */
  ServerProbe(ManagedChannel channel, ScheduledExecutorService thread, Runnable silent) {
    this.channel = channel;
    this.thread = thread;
    this.silent = silent;
  }

  /** Asks again and again from now on. */
  void start() {
    ClientCalls.asyncUnaryCall(
        channel.newCall(
            CHECK, CallOptions.DEFAULT.withDeadlineAfter(LIMIT_MILLIS, TimeUnit.MILLISECONDS)),
        WHOLE_SERVER,
        new Answer());
  }

  private final class Answer implements StreamObserver<byte[]> {
    @Override
    public void onNext(byte[] health) {
      // What it says about itself does not matter.
    }

    @Override
    public void onError(Throwable failure) {
      if (Status.fromThrowable(failure).getCode() == Status.Code.DEADLINE_EXCEEDED) {
        silent.run();
      }
      onCompleted();
    }

    @Override
    public void onCompleted() {
      if (!thread.isShutdown()) {
        var _ = thread.schedule(ServerProbe.this::start, EVERY_MILLIS, TimeUnit.MILLISECONDS);
      }
    }
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
