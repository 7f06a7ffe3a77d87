package io.zenvoy.tproxy.proxy;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;

/**
 * The answer of a PostgreSQL server that is starting: an ErrorResponse with the code {@code 57P03}.
 * Who asks for encryption first is told that there is none, so that it reads the answer; a client
 * that insists on encryption says so itself.
 *
 * @see <a href="https://www.postgresql.org/docs/current/protocol-message-formats.html">PostgreSQL's
 *     message formats</a>
 */
record PostgresRefusal(Words words) implements Refusal {
  private static final int REQUEST_LENGTH = 8;
  private static final int CANCEL_REQUEST = 80_877_102;
  private static final int SSL_REQUEST = 80_877_103;
  private static final int GSS_REQUEST = 80_877_104;
  private static final ByteBuffer NO_ENCRYPTION = ByteBuffer.wrap(new byte[] {'N'});

  @Override
  public Reply to(ByteBuffer received, int length) {
    ByteBuffer message = received.duplicate().clear();
    int code = length < REQUEST_LENGTH ? 0 : message.getInt(Integer.BYTES);
    return switch (code) {
      case SSL_REQUEST, GSS_REQUEST -> Reply.prelude(NO_ENCRYPTION);
      case CANCEL_REQUEST -> Reply.last(Reply.NOTHING);
      default -> Reply.last(errorResponse());
    };
  }

  private ByteBuffer errorResponse() {
    byte[] fields = ("SFATAL\0VFATAL\0C57P03\0M" + words.line() + "\0\0").getBytes(US_ASCII);
    return ByteBuffer.allocate(1 + Integer.BYTES + fields.length)
        .put((byte) 'E')
        .putInt(Integer.BYTES + fields.length)
        .put(fields)
        .flip();
  }
}
