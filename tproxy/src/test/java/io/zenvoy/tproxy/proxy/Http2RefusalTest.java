package io.zenvoy.tproxy.proxy;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2ChannelDuplexHandler;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.zenvoy.tproxy.proxy.Refusal.Reply;
import io.zenvoy.tproxy.proxy.Refusal.Reply.Meaning;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a real HTTP/2 codec reads of the answers. */
final class Http2RefusalTest {
  private final Http2ChannelDuplexHandler streams = new Http2ChannelDuplexHandler() {};
  private final EmbeddedChannel client =
      new EmbeddedChannel(
          Http2FrameCodecBuilder.forClient().encoderEnforceMaxRstFramesPerWindow(0, 0).build(),
          streams);
  private final Http2Refusal refusal =
      new Http2Refusal(new Refusal.Words("echo", "100 % full"), Pages.DEFAULT);

  @AfterEach
  void close() {
    client.finishAndReleaseAll();
    refusal.close();
  }

  @Test
  void aCallOfGrpcIsUnavailableWithAMessage() {
    request("content-type", "application/grpc+proto");

    assertThat(exchange(Integer.MAX_VALUE)).isEqualTo(Meaning.ANSWER);

    Http2HeadersFrame answer = read(Http2HeadersFrame.class).getFirst();
    assertThat(answer.isEndStream()).isTrue();
    assertThat(answer.headers().status()).hasToString("200");
    assertThat(answer.headers().get("grpc-status")).hasToString("14");
    assertThat(answer.headers().get("grpc-message"))
        .hasToString("zenvoy: echo is not available: 100 %25 full");
  }

  @Test
  void everyRequestOfAConnectionIsAnsweredInItsMediaTypeHoweverItsBytesArrive() {
    request("accept", "application/json");
    request("accept", "text/html");
    request("x", "y");

    exchange(1);

    List<Object> frames = readAll();
    assertThat(frames).filteredOn(Http2GoAwayFrame.class::isInstance).hasSize(1);
    assertThat(frames)
        .filteredOn(Http2HeadersFrame.class::isInstance)
        .extracting(frame -> ((Http2HeadersFrame) frame).headers().get("content-type").toString())
        .containsExactly("application/json", "text/html; charset=utf-8", "text/plain");
    assertThat(frames)
        .filteredOn(Http2DataFrame.class::isInstance)
        .extracting(frame -> ((Http2DataFrame) frame).content().toString(US_ASCII))
        .first()
        .isEqualTo("{\"status\":503,\"error\":\"zenvoy: echo is not available: 100 % full\"}\n");
  }

  @Test
  void oneRequestCostsTheOthersNothing() {
    request("cookie", "a".repeat(20_000));
    for (int count = 0; count < 250; count++) {
      cancel(request("x", "y"));
    }
    Http2FrameStream withTrailers = request("content-type", "application/grpc");
    exchange(Integer.MAX_VALUE);
    readAll();

    client.writeOutbound(
        new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().set("x-sum", "1"), true)
            .stream(withTrailers));
    request("content-type", "application/grpc");

    assertThat(exchange(Integer.MAX_VALUE)).isEqualTo(Meaning.ANSWER);
    assertThat(read(Http2HeadersFrame.class)).hasSize(1);
  }

  @Test
  void whoHasNotAskedYetIsToldNothing() {
    assertThat(exchange(Integer.MAX_VALUE)).isEqualTo(Meaning.PRELUDE);
  }

  @Test
  void whatIsNotHttp2Ends() {
    ByteBuffer nonsense = ByteBuffer.wrap("GET / HTTP/1.1\r\n\r\n".getBytes(US_ASCII));

    assertThat(refusal.to(nonsense, nonsense.remaining()).meaning()).isEqualTo(Meaning.LAST);
  }

  private void cancel(Http2FrameStream stream) {
    client.writeOutbound(new DefaultHttp2ResetFrame(Http2Error.CANCEL).stream(stream));
  }

  private Http2FrameStream request(String header, String value) {
    Http2FrameStream stream = streams.newStream();
    Http2Headers headers =
        new DefaultHttp2Headers()
            .method("POST")
            .path("/")
            .scheme("http")
            .authority("echo")
            .set(header, value);
    // Left open, so that trailers and resets may follow.
    client.writeOutbound(new DefaultHttp2HeadersFrame(headers, false).stream(stream));
    return stream;
  }

  /** Hands over all that the client has sent, in pieces of so many bytes, and its answers back. */
  private Meaning exchange(int piece) {
    ByteBuf sent = Unpooled.buffer();
    for (ByteBuf next = client.readOutbound(); next != null; next = client.readOutbound()) {
      sent.writeBytes(next);
      next.release();
    }
    Meaning last = Meaning.PRELUDE;
    while (sent.isReadable()) {
      int length = Math.min(piece, sent.readableBytes());
      Reply reply = refusal.to(sent.readSlice(length).nioBuffer().slice(), length);
      client.writeInbound(Unpooled.wrappedBuffer(reply.bytes()));
      last = reply.meaning();
    }
    return last;
  }

  private List<Object> readAll() {
    List<Object> frames = new ArrayList<>();
    for (Object frame = client.readInbound(); frame != null; frame = client.readInbound()) {
      frames.add(frame);
    }
    return frames;
  }

  private <T> List<T> read(Class<T> type) {
    return readAll().stream().filter(type::isInstance).map(type::cast).toList();
  }
}
