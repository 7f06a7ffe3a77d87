package io.zenvoy.tproxy.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2FrameStreamException;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.util.ReferenceCountUtil;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The answer of an HTTP/2 server that can't serve now: to each request its own, {@code UNAVAILABLE}
 * with a message where it is a call of gRPC, else as with HTTP/1.1. The client is told to make no
 * more requests on this connection, and closes it. Owned by the client's event loop.
 *
 * @see <a href="https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md">gRPC over
 *     HTTP/2</a>
 */
final class Http2Refusal implements Refusal {
  private static final Logger log = LoggerFactory.getLogger(Http2Refusal.class);
  private static final String GRPC = "application/grpc";
  private static final int UNAVAILABLE = 14;

  /** More than Envoy lets pass, in bytes: one large request must not cost the others theirs. */
  private static final int LARGEST_HEADERS = 256 << 10;

  private final Words words;
  private final Pages pages;

  /** The server's end of the protocol; what it wants to send is taken out of it. */
  private final EmbeddedChannel server;

  private boolean answered;

  /** What was received is not HTTP/2. */
  private boolean broken;

  Http2Refusal(Words words, Pages pages) {
    this.words = words;
    this.pages = pages;
    this.server =
        new EmbeddedChannel(
            Http2FrameCodecBuilder.forServer()
                .initialSettings(Http2Settings.defaultSettings().maxHeaderListSize(LARGEST_HEADERS))
                // Whoever has given up while it waited is no attack.
                .decoderEnforceMaxRstFramesPerWindow(0, 0)
                .build(),
            new Requests());
  }

  @Override
  public Reply to(ByteBuffer received, int length) {
    server.writeInbound(Unpooled.copiedBuffer(received.duplicate().clear().limit(length)));
    ByteBuf all = Unpooled.buffer();
    for (ByteBuf next = server.readOutbound(); next != null; next = server.readOutbound()) {
      all.writeBytes(next);
      next.release();
    }
    ByteBuffer bytes = all.nioBuffer();
    if (broken) {
      return Reply.last(bytes);
    }
    return answered ? Reply.answer(bytes) : Reply.prelude(bytes);
  }

  @Override
  public void close() {
    server.finishAndReleaseAll();
  }

  private final class Requests extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      // Headers without a method are the trailers of a request that was answered already.
      if (message instanceof Http2HeadersFrame request && request.headers().method() != null) {
        answer(context, request.headers(), request.stream());
        if (!answered) {
          answered = true;
          // What is under way on this connection is answered here as well, so none is refused.
          var _ =
              context.write(
                  new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR)
                      .setExtraStreamIds(Integer.MAX_VALUE));
        }
        context.flush();
      }
      ReferenceCountUtil.release(message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      log.atDebug().setCause(cause).log("client does not speak HTTP/2 as it should");
      if (cause instanceof Http2FrameStreamException failure) {
        var _ =
            context.writeAndFlush(
                new DefaultHttp2ResetFrame(failure.error()).stream(failure.stream()));
      } else {
        broken = true;
      }
    }

    private void answer(
        ChannelHandlerContext context, Http2Headers request, Http2FrameStream stream) {
      if (text(request.get("content-type")).startsWith(GRPC)) {
        Http2Headers trailers =
            new DefaultHttp2Headers()
                .status("200")
                .set("content-type", GRPC)
                .setInt("grpc-status", UNAVAILABLE)
                .set("grpc-message", words.line().replace("%", "%25"));
        var _ = context.write(new DefaultHttp2HeadersFrame(trailers, true).stream(stream));
        return;
      }
      MediaType type = MediaType.firstOf(text(request.get("accept")));
      byte[] body = HttpRefusal.body(type, words, pages).getBytes(UTF_8);
      boolean headAlone = text(request.method()).equals("HEAD");
      Http2Headers head =
          new DefaultHttp2Headers()
              .status("503")
              .set("content-type", type.contentType())
              .setInt("content-length", body.length)
              .setInt("retry-after", HttpRefusal.RETRY_AFTER_SECONDS);
      var _ = context.write(new DefaultHttp2HeadersFrame(head, headAlone).stream(stream));
      if (!headAlone) {
        var _ =
            context.write(
                new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(body), true).stream(stream));
      }
    }

    private static String text(@Nullable CharSequence value) {
      return value == null ? "" : value.toString();
    }
  }
}
