package io.zenvoy.xds.serve;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Message;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A resource as it is sent.
 *
 * @param content serialised deterministically, so that equal resources have equal bytes
 * @param version a hash of the content: the same in every process that serves the same content
 * @param revision the cache's revision at which it was last put there, with other content or the
 *     same
 */
record CachedResource(String name, Any content, String version, long revision) {
  private static final int VERSION_BYTES = 8;

  static CachedResource of(ResourceType type, String name, Message message, long revision) {
    byte[] bytes = new byte[message.getSerializedSize()];
    CodedOutputStream output = CodedOutputStream.newInstance(bytes);
    output.useDeterministicSerialization();
    try {
      message.writeTo(output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new CachedResource(
        name,
        Any.newBuilder().setTypeUrl(type.typeUrl()).setValue(ByteString.copyFrom(bytes)).build(),
        hash(bytes),
        revision);
  }

  boolean hasSameContent(CachedResource other) {
    return content.getValue().equals(other.content.getValue());
  }

  CachedResource at(long newRevision) {
    return new CachedResource(name, content, version, newRevision);
  }

  private static String hash(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(digest, 0, VERSION_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
