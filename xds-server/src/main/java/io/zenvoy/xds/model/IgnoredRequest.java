package io.zenvoy.xds.model;

/** Requests that neither wake a service nor keep it awake, such as health checks. */
public sealed interface IgnoredRequest {
  /**
   * Requests for one path, whatever their query.
   *
   * @param path begins with {@code /}; as the client writes it, without a query
   */
  record Path(String path) implements IgnoredRequest {
    public Path {
      if (!path.startsWith("/") || !path.chars().allMatch(Path::isTaken)) {
        throw new IllegalArgumentException(
            "path: \"" + path + "\" (expected: / and what follows, without a query)");
      }
    }

    private static boolean isTaken(int character) {
      return character > ' ' && character < 0x7f && character != '?' && character != '#';
    }
  }

  /**
   * Requests of some clients.
   *
   * @param prefix what their User-Agent begins with, at least one character
   */
  record UserAgent(String prefix) implements IgnoredRequest {
    public UserAgent {
      if (prefix.isBlank() || !prefix.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
        throw new IllegalArgumentException(
            "user-agent: \"" + prefix + "\" (expected: what the header begins with)");
      }
    }
  }

  /**
   * Reads {@code path=/x} or {@code user-agent=prefix}.
   *
   * @throws IllegalArgumentException if it is neither
   */
  static IgnoredRequest parse(String text) {
    String[] parts = text.strip().split("=", 2);
    String value = parts.length == 2 ? parts[1].strip() : "";
    return switch (parts[0].strip()) {
      case "path" -> new Path(value);
      case "user-agent" -> new UserAgent(value);
      default ->
          throw new IllegalArgumentException(
              "\"" + text + "\" (expected: path=/x or user-agent=prefix)");
    };
  }
}
