package io.zenvoy.it.downstream.grpc;

import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.zenvoy.common.HostPort;
import io.zenvoy.it.stack.ZenvoyStack;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/** A client of {@link io.zenvoy.it.upstream.grpc.Echo}. */
public interface GrpcDownstream extends AutoCloseable {
  /** More than a wake needs on a slow machine. */
  Duration PATIENCE = Duration.ofSeconds(90);

  /**
   * How a call has ended.
   *
   * @param message what was answered; empty if nothing was
   * @param trailers by their names; binary ones in hexadecimal
   */
  record Answer(
      Status.Code code, String description, String message, Map<String, String> trailers) {
    public Answer {
      trailers = Map.copyOf(trailers);
    }

    public String trailer(String name) {
      return trailers.getOrDefault(name, "");
    }
  }

  /** An open stream in both directions. */
  interface Chat extends AutoCloseable {
    /** Sends a text and waits for the next one that comes. */
    String exchange(String text) throws IOException;

    /** Ends the stream, and waits until the server has. */
    Answer end() throws IOException;

    @Override
    void close();
  }

  /** Calls a method and waits for the end, whatever it is. */
  Answer call(MethodDescriptor<String, String> method, String text, Duration deadline)
      throws IOException;

  /** Opens a stream; nothing is sent yet. */
  Chat chat() throws IOException;

  @Override
  void close();

  /** In which language a client is written. */
  enum Language {
    JAVA {
      @Override
      public GrpcDownstream connect(HostPort server, String authority) {
        return new JavaGrpcDownstream(server, authority);
      }
    },
    PYTHON {
      @Override
      public GrpcDownstream connect(HostPort server, String authority) {
        return new PythonGrpcDownstream(server, authority);
      }
    };

    /**
     * A client of a listener.
     *
     * @param authority the name that is asked for
     */
    public abstract GrpcDownstream connect(HostPort server, String authority);

    /** A client of Envoy's HTTP listener. */
    public GrpcDownstream connect(String authority) {
      return connect(new HostPort("127.0.0.1", ZenvoyStack.HTTP_PORT), authority);
    }
  }
}
