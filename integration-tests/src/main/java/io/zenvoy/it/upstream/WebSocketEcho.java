package io.zenvoy.it.upstream;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** Sends every WebSocket message back (RFC 6455; frames below 64 KiB) until the client closes. */
final class WebSocketEcho {
  private static final String KEY_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int CLOSE = 8;

  private WebSocketEcho() {}

  /** The value of {@code Sec-WebSocket-Accept} for a client's key. */
  static String accept(String key) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-1")
              .digest((key + KEY_SUFFIX).getBytes(StandardCharsets.US_ASCII));
      return Base64.getEncoder().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-1", e);
    }
  }

  static void run(DataInputStream input, DataOutputStream output) throws IOException {
    int opcode;
    do {
      int first = input.readUnsignedByte();
      opcode = first & 0x0f;
      int length = input.readUnsignedByte() & 0x7f;
      if (length == 126) {
        length = input.readUnsignedShort();
      } else if (length == 127) {
        throw new IOException("a frame of 64 KiB or more (expected: a short one)");
      }
      byte[] mask = input.readNBytes(4);
      byte[] payload = input.readNBytes(length);
      for (int index = 0; index < payload.length; index++) {
        payload[index] ^= mask[index % 4];
      }
      output.writeByte(first);
      if (length < 126) {
        output.writeByte(length);
      } else {
        output.writeByte(126);
        output.writeShort(length);
      }
      output.write(payload);
      output.flush();
    } while (opcode != CLOSE);
  }
}
