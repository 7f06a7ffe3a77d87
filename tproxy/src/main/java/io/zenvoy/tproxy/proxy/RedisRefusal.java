package io.zenvoy.tproxy.proxy;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;

/**
 * The answer of a Redis server that is loading its data, which clients know as one that passes.
 *
 * @see <a href="https://redis.io/docs/latest/develop/reference/protocol-spec/">RESP</a>
 */
record RedisRefusal(Words words) implements Refusal {
  @Override
  public Reply to(ByteBuffer received, int length) {
    return Reply.last(ByteBuffer.wrap(("-LOADING " + words.line() + "\r\n").getBytes(US_ASCII)));
  }
}
