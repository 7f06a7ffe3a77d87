package io.zenvoy.tproxy.proxy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The answer of a MySQL or MariaDB server in place of its greeting: an ERR packet, before any
 * capability is agreed on, so without an SQL state.
 *
 * @param code 1040 (too many connections) or 1053 (server shutdown in progress)
 * @see <a
 *     href="https://mariadb.com/docs/server/reference/clientserver-protocol/4-server-response-packets/err_packet">ERR_Packet</a>
 */
record MysqlRefusal(Words words, short code) implements Refusal {
  static final short TOO_MANY_CONNECTIONS = 1040;
  static final short SHUTDOWN_IN_PROGRESS = 1053;

  private static final int HEADER_LENGTH = 4;
  private static final byte ERR = (byte) 0xff;

  @Override
  public ByteBuffer greeting() {
    byte[] line = words.bytes();
    int payload = 1 + Short.BYTES + line.length;
    return ByteBuffer.allocate(HEADER_LENGTH + payload)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(payload) // three bytes, and the sequence number 0 in the fourth
        .put(ERR)
        .putShort(code)
        .put(line)
        .flip();
  }

  @Override
  public Reply to(ByteBuffer received, int length) {
    return Reply.last(Reply.NOTHING);
  }
}
