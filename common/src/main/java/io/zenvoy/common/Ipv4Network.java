package io.zenvoy.common;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An IPv4 network such as {@code 127.128.0.0/9}. Addresses are handled as unsigned 32-bit numbers
 * in network byte order.
 *
 * @param base the network's first address; every bit behind the prefix is zero
 * @param prefixLength 8 to 30
 */
public record Ipv4Network(int base, int prefixLength) {
  private static final int LOOPBACK = 127;
  private static final Pattern TEXT =
      Pattern.compile("(\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3})/(\\d{1,2})");

  public Ipv4Network {
    if (prefixLength < 8 || prefixLength > 30) {
      throw new IllegalArgumentException("prefix /" + prefixLength + " (expected: /8 to /30)");
    }
    if ((base & ~mask(prefixLength)) != 0) {
      throw new IllegalArgumentException(
          format(base) + "/" + prefixLength + " (expected: no bits behind the prefix)");
    }
  }

  /**
   * Reads {@code a.b.c.d/prefix}.
   *
   * @throws IllegalArgumentException if the text has another form
   */
  public static Ipv4Network parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("\"" + text + "\" (expected: for example 127.128.0.0/9)");
    }
    return new Ipv4Network(parseAddress(matcher.group(1)), Integer.parseInt(matcher.group(2)));
  }

  /**
   * Reads a network inside 127.0.0.0/8.
   *
   * @throws IllegalArgumentException if it is another one, or the text has another form
   */
  public static Ipv4Network parseLoopback(String text) {
    Ipv4Network network = parse(text);
    if (network.base >>> 24 != LOOPBACK) {
      throw new IllegalArgumentException("\"" + text + "\" (expected: inside 127.0.0.0/8)");
    }
    return network;
  }

  /**
   * Reads a dotted IPv4 address.
   *
   * @throws IllegalArgumentException if the text has another form
   */
  public static int parseAddress(String text) {
    String[] octets = text.split("\\.", -1);
    int address = 0;
    for (String octet : octets) {
      int value;
      try {
        value = Integer.parseInt(octet);
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException("\"" + text + "\" (expected: an IPv4 address)", e);
      }
      if (value < 0 || value > 255 || octets.length != 4) {
        throw new IllegalArgumentException("\"" + text + "\" (expected: an IPv4 address)");
      }
      address = address << 8 | value;
    }
    return address;
  }

  /** Writes an address in dotted form. */
  public static String format(int address) {
    return (address >>> 24)
        + "."
        + (address >>> 16 & 0xff)
        + "."
        + (address >>> 8 & 0xff)
        + "."
        + (address & 0xff);
  }

  public boolean contains(int address) {
    return (address & mask(prefixLength)) == base;
  }

  /** How many addresses the network has without its first and its last one. */
  public int hosts() {
    return (1 << (32 - prefixLength)) - 2;
  }

  /**
   * The address at a place in the network; the network's first and last address are never returned.
   *
   * @param index 0 to {@link #hosts()} - 1
   */
  public int host(int index) {
    if (index < 0 || index >= hosts()) {
      throw new IllegalArgumentException(
          "index " + index + " (expected: 0 to " + (hosts() - 1) + ")");
    }
    return base + 1 + index;
  }

  private static int mask(int prefixLength) {
    return -1 << (32 - prefixLength);
  }

  @Override
  public String toString() {
    return format(base) + "/" + prefixLength;
  }
}
