package io.zenvoy.it.faults;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * The server of a {@link LongStream}: sends back what it receives, in frames that begin with their
 * length, and after the client's end a frame of no length with a {@link Summary}.
 */
final class LongStreamServer {
  static final int LARGEST_FRAME = 64 << 10;

  private LongStreamServer() {}

  /**
   * What one of the two has sent or received.
   *
   * @param sha256 in hexadecimal digits
   */
  record Summary(String pod, long bytes, String sha256) {
    static Summary of(String pod, long bytes, MessageDigest digest) {
      return new Summary(pod, bytes, HexFormat.of().formatHex(digest.digest()));
    }

    static Summary readFrom(DataInputStream input) throws IOException {
      return new Summary(input.readUTF(), input.readLong(), input.readUTF());
    }

    void writeTo(DataOutputStream output) throws IOException {
      output.writeUTF(pod);
      output.writeLong(bytes);
      output.writeUTF(sha256);
    }

    boolean hasBytesOf(Summary other) {
      return bytes == other.bytes && sha256.equals(other.sha256);
    }
  }

  static void serve(String pod, Socket client) throws IOException {
    InputStream input = client.getInputStream();
    DataOutputStream output = new DataOutputStream(client.getOutputStream());
    MessageDigest digest = Question.sha256();
    byte[] frame = new byte[Integer.BYTES + LARGEST_FRAME];
    long bytes = 0;
    for (int count = input.read(frame, Integer.BYTES, LARGEST_FRAME);
        count >= 0;
        count = input.read(frame, Integer.BYTES, LARGEST_FRAME)) {
      bytes += count;
      digest.update(frame, Integer.BYTES, count);
      ByteBuffer.wrap(frame).putInt(count);
      output.write(frame, 0, Integer.BYTES + count);
    }
    output.writeInt(0);
    Summary.of(pod, bytes, digest).writeTo(output);
  }
}
