package io.zenvoy.it.upstream.grpc;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** The program that serves {@link Echo}: HTTP/2 without TLS, as gRPC does in a pod. */
final class EchoServer {
  private EchoServer() {}

  /**
   * @param arguments the address and the port to listen on
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    String address = arguments[0];
    Server server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(
                    InetAddress.ofLiteral(address), Integer.parseInt(arguments[1])))
            .addService(ServerInterceptors.intercept(service(), new Trailers(address)))
            .build()
            .start();
    server.awaitTermination();
  }

  private static ServerServiceDefinition service() {
    return ServerServiceDefinition.builder(Echo.SERVICE)
        .addMethod(Echo.SAY, ServerCalls.asyncUnaryCall(EchoServer::say))
        .addMethod(Echo.FAIL, ServerCalls.asyncUnaryCall(EchoServer::fail))
        .addMethod(Echo.HOLD, ServerCalls.asyncUnaryCall((text, answers) -> {}))
        .addMethod(Echo.CHAT, ServerCalls.asyncBidiStreamingCall(Chat::new))
        .build();
  }

  private static void say(String text, StreamObserver<String> answers) {
    answers.onNext(text);
    answers.onCompleted();
  }

  private static void fail(String text, StreamObserver<String> answers) {
    answers.onError(StatusProto.toStatusRuntimeException(Echo.failure(text)));
  }

  private record Chat(StreamObserver<String> answers) implements StreamObserver<String> {
    @Override
    public void onNext(String text) {
      answers.onNext(text);
    }

    @Override
    public void onError(Throwable error) {
      // The client has left: there is nobody to answer.
    }

    @Override
    public void onCompleted() {
      answers.onCompleted();
    }
  }

  /** Says in the trailers of every answer who has answered, and how much time the client gave. */
  private record Trailers(String address) implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      Deadline deadline = Context.current().getDeadline();
      return next.startCall(
          new SimpleForwardingServerCall<Q, A>(call) {
            @Override
            public void close(Status status, Metadata trailers) {
              trailers.put(Echo.key(Echo.POD), address);
              if (deadline != null) {
                trailers.put(
                    Echo.key(Echo.MILLIS_LEFT),
                    Long.toString(deadline.timeRemaining(TimeUnit.MILLISECONDS)));
              }
              super.close(status, trailers);
            }
          },
          headers);
    }
  }
}
