package io.zenvoy.tproxy.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.util.Locale;

/**
 * What an HTTP/1.1 client has sent first, perhaps not to its end: what is not there yet is empty.
 *
 * @param text of the head alone, with the empty line at its end left out
 */
record RequestHead(String text) {
  /**
   * @param received from position 0
   * @param length how much that is
   */
  static RequestHead of(ByteBuffer received, int length) {
    byte[] bytes = new byte[length];
    received.duplicate().clear().get(bytes);
    String all = new String(bytes, ISO_8859_1);
    int end = all.indexOf("\r\n\r\n");
    return new RequestHead(end < 0 ? all : all.substring(0, end));
  }

  boolean isOf(String method) {
    return text.startsWith(method + " ");
  }

  /**
   * A header's value; empty if there is none.
   *
   * @param name in lower case
   */
  String header(String name) {
    String before = "\r\n" + name + ":";
    int begin = text.toLowerCase(Locale.ROOT).indexOf(before);
    if (begin < 0) {
      return "";
    }
    int end = text.indexOf("\r\n", begin + before.length());
    return text.substring(begin + before.length(), end < 0 ? text.length() : end).strip();
  }
}
