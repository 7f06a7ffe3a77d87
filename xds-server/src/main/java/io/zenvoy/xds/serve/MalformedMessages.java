package io.zenvoy.xds.serve;

import io.grpc.BindableService;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes and counts a stream whose bytes are no message, instead of letting its thread fail. */
final class MalformedMessages implements ServerInterceptor {
  private static final Logger log = LoggerFactory.getLogger(MalformedMessages.class);

  private final EdgeMeters meters;

  MalformedMessages(EdgeMeters meters) {
    this.meters = meters;
  }

  /** A service whose messages are parsed behind this interceptor. */
  ServerServiceDefinition guard(BindableService service) {
    return ServerInterceptors.intercept(
        ServerInterceptors.useInputStreamMessages(service.bindService()), this);
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
      private boolean closed;

      @Override
      public void onMessage(Q message) {
        if (closed) {
          return;
        }
        try {
          super.onMessage(message);
        } catch (StatusRuntimeException e) {
          closed = true;
          meters.streamRejected("malformed");
          log.atWarn()
              .setCause(e)
              .addKeyValue("method", call.getMethodDescriptor().getFullMethodName())
              .log("malformed message");
          call.close(
              Status.INVALID_ARGUMENT.withDescription("not a message of this method"),
              new Metadata());
          super.onCancel(); // lets the stream's owner clean up
        }
      }

      @Override
      public void onHalfClose() {
        if (!closed) {
          super.onHalfClose();
        }
      }
    };
  }
}
