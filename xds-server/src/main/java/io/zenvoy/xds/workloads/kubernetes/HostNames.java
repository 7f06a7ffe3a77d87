package io.zenvoy.xds.workloads.kubernetes;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Hosts as the annotation {@code hosts} lists them. */
final class HostNames {
  private static final int MAX_LENGTH = 253;
  private static final String LABEL = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?";
  private static final Pattern HOST =
      Pattern.compile("(?:\\*\\.)?" + LABEL + "(?:\\." + LABEL + ")*");

  private HostNames() {}

  /**
   * Reads a list that is separated by commas.
   *
   * @return lower case, each once, in the order of the text
   * @throws IllegalArgumentException if one of them is not a host, or is empty
   */
  static List<String> parse(String text) {
    return Arrays.stream(text.split(",", -1)).map(HostNames::parseOne).distinct().toList();
  }

  private static String parseOne(String text) {
    String host = text.strip().toLowerCase(Locale.ROOT);
    if (host.length() > MAX_LENGTH || !HOST.matcher(host).matches()) {
      throw new IllegalArgumentException(text);
    }
    return host;
  }
}
