package io.zenvoy.it.downstream.grpc;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.zenvoy.common.HostPort;
import io.zenvoy.it.upstream.grpc.Echo;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The client of grpc-java: one channel, which all calls share. Thread-safe. */
final class JavaGrpcDownstream implements GrpcDownstream {
  private final ManagedChannel channel;

  JavaGrpcDownstream(HostPort server, String authority) {
    channel =
        NettyChannelBuilder.forAddress(server.host(), server.port())
            .overrideAuthority(authority)
            .proxyDetector(address -> null)
            .usePlaintext()
            .build();
  }

  @Override
  public Answer call(MethodDescriptor<String, String> method, String text, Duration deadline) {
    AtomicReference<@Nullable Metadata> trailers = new AtomicReference<>();
    CallOptions options =
        CallOptions.DEFAULT.withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS);
    try {
      String message = ClientCalls.blockingUnaryCall(capturing(trailers), method, options, text);
      return answer(Status.OK, message, trailers.get());
    } catch (StatusRuntimeException e) {
      return answer(e.getStatus(), "", e.getTrailers());
    }
  }

  @Override
  public Chat chat() {
    return new Open();
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  private Channel capturing(AtomicReference<@Nullable Metadata> trailers) {
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newCaptureMetadataInterceptor(new AtomicReference<>(), trailers));
  }

  private static Answer answer(Status status, String message, @Nullable Metadata trailers) {
    Map<String, String> texts = new HashMap<>();
    if (trailers != null) {
      for (String name : trailers.keys()) {
        texts.put(name, text(trailers, name));
      }
    }
    String description = status.getDescription();
    return new Answer(status.getCode(), description == null ? "" : description, message, texts);
  }

  private static String text(Metadata trailers, String name) {
    if (name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
      byte[] bytes = trailers.get(Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER));
      return bytes == null ? "" : HexFormat.of().formatHex(bytes);
    }
    String text = trailers.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
    return text == null ? "" : text;
  }

  private final class Open implements Chat, StreamObserver<String> {
    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private final CompletableFuture<Status> ended = new CompletableFuture<>();
    private final AtomicReference<@Nullable Metadata> trailers = new AtomicReference<>();
    private final StreamObserver<String> requests =
        ClientCalls.asyncBidiStreamingCall(
            capturing(trailers).newCall(Echo.CHAT, CallOptions.DEFAULT), this);

    @Override
    public String exchange(String text) throws IOException {
      requests.onNext(text);
      try {
        String answer = received.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        if (answer == null) {
          throw new IOException("no answer; the stream has ended: " + ended);
        }
        return answer;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }

    @Override
    public Answer end() {
      requests.onCompleted();
      Status status = ended.orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS).join();
      return answer(status, "", trailers.get());
    }

    @Override
    public void close() {
      if (!ended.isDone()) {
        requests.onError(Status.CANCELLED.asException());
      }
    }

    @Override
    public void onNext(String text) {
      received.add(text);
    }

    @Override
    public void onError(Throwable error) {
      ended.complete(Status.fromThrowable(error));
    }

    @Override
    public void onCompleted() {
      ended.complete(Status.OK);
    }
  }
}
