package io.zenvoy.it.upstream.grpc;

import com.google.protobuf.Any;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * The service {@code zenvoy.it.Echo}. Its messages are texts, so that clients need no protocol
 * buffers.
 */
public final class Echo {
  static final String SERVICE = "zenvoy.it.Echo";

  /** Answers with the same text. */
  public static final MethodDescriptor<String, String> SAY =
      method("Say", MethodDescriptor.MethodType.UNARY);

  /** Fails as {@link #failure} says. */
  public static final MethodDescriptor<String, String> FAIL =
      method("Fail", MethodDescriptor.MethodType.UNARY);

  /** Never answers. */
  public static final MethodDescriptor<String, String> HOLD =
      method("Hold", MethodDescriptor.MethodType.UNARY);

  /** Answers every text at once with the same, and ends when the client has ended. */
  public static final MethodDescriptor<String, String> CHAT =
      method("Chat", MethodDescriptor.MethodType.BIDI_STREAMING);

  /** A trailer of every answer: the address of the pod. */
  public static final String POD = "x-pod";

  /**
   * A trailer of every answer: how many milliseconds are left until the client's deadline, if any.
   */
  public static final String MILLIS_LEFT = "x-millis-left";

  private Echo() {}

  /**
   * What {@link #FAIL} fails with, whose details are in the trailer {@code
   * grpc-status-details-bin}.
   */
  public static Status failure(String text) {
    return Status.newBuilder()
        .setCode(Code.FAILED_PRECONDITION_VALUE)
        .setMessage("as asked: " + text)
        .addDetails(
            Any.pack(
                ErrorInfo.newBuilder()
                    .setReason("ASKED_FOR")
                    .setDomain("zenvoy.io")
                    .putMetadata("text", text)
                    .build()))
        .build();
  }

  static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  private static MethodDescriptor<String, String> method(
      String name, MethodDescriptor.MethodType type) {
    return MethodDescriptor.<String, String>newBuilder(Text.UTF_8, Text.UTF_8)
        .setType(type)
        .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
        .build();
  }

  private enum Text implements MethodDescriptor.Marshaller<String> {
    UTF_8;

    @Override
    public InputStream stream(String value) {
      return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String parse(InputStream stream) {
      try {
        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
