package io.zenvoy.xds.workloads.local;

import io.zenvoy.common.Durations;
import io.zenvoy.xds.model.IgnoredRequest;
import io.zenvoy.xds.model.Protocol;
import io.zenvoy.xds.model.ServicePolicy;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads one service of the file. */
final class LocalServiceReader {
  private static final Set<String> KEYS =
      new LinkedHashSet<>(
          List.of(
              "name",
              "command",
              "port",
              "tcp",
              "hosts",
              "idle",
              "wake-timeout",
              "environment",
              "directory",
              "protocol",
              "ignore"));

  private static final String LABEL = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";
  private static final Pattern NAME = Pattern.compile(LABEL);
  private static final Pattern HOST = Pattern.compile("(\\*\\.)?" + LABEL + "(\\." + LABEL + ")*");
  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  private final Path base;
  private final LocalDefaults defaults;

  /**
   * Creates a reader.
   *
   * @param base absolute; what a service's directory is relative to
   */
  LocalServiceReader(Path base, LocalDefaults defaults) {
    this.base = base;
    this.defaults = defaults;
  }

  LocalService read(YamlMapping mapping, int position) {
    mapping.allowOnly(KEYS);
    String name =
        mapping
            .parsed("name", LocalServiceReader::parseName)
            .orElseThrow(() -> mapping.error("name", "missing"));
    List<String> command = command(mapping);
    OptionalInt port = port(mapping, command);
    OptionalInt tcp = tcp(mapping, port);
    return new LocalService(
        name,
        position,
        command,
        port,
        tcp,
        mapping.parsedList("hosts", LocalServiceReader::parseHost),
        environment(mapping),
        mapping.parsed("directory", this::parseDirectory).orElse(base),
        protocol(mapping, tcp),
        policy(mapping));
  }

  private static List<String> command(YamlMapping mapping) {
    List<String> command = new ArrayList<>();
    if (mapping.isList("command")) {
      command.addAll(mapping.parsedList("command", word -> word));
    } else {
      mapping
          .text("command")
          .filter(text -> !text.isBlank())
          .ifPresent(text -> command.addAll(List.of("sh", "-c", text)));
    }
    if (command.isEmpty() || command.getFirst().isBlank()) {
      throw mapping.error("command", "missing");
    }
    return command;
  }

  private static OptionalInt port(YamlMapping mapping, List<String> command) {
    OptionalInt port =
        mapping
            .parsed("port", LocalServiceReader::parsePort)
            .map(OptionalInt::of)
            .orElse(OptionalInt.empty());
    boolean filledIn =
        command.stream().anyMatch(word -> word.contains(LocalService.PORT_PLACEHOLDER));
    if (port.isEmpty() && !filledIn) {
      throw mapping.error("port", "missing, and the command has no {port} to be filled in");
    }
    return port;
  }

  private static OptionalInt tcp(YamlMapping mapping, OptionalInt port) {
    OptionalInt tcp =
        mapping
            .parsed("tcp", LocalServiceReader::parsePort)
            .map(OptionalInt::of)
            .orElse(OptionalInt.empty());
    if (tcp.isPresent() && tcp.equals(port)) {
      throw mapping.error("tcp", tcp.getAsInt() + " is where the program itself listens");
    }
    return tcp;
  }

  private static Protocol protocol(YamlMapping mapping, OptionalInt tcp) {
    Protocol protocol =
        mapping
            .parsed("protocol", LocalServiceReader::parseProtocol)
            .orElse(tcp.isPresent() ? Protocol.TCP : Protocol.HTTP);
    if (!protocol.isHttp() && tcp.isEmpty()) {
      throw mapping.error("tcp", "missing (expected: the port on which clients find the service)");
    }
    return protocol;
  }

  private static Map<String, String> environment(YamlMapping mapping) {
    Map<String, String> environment = new LinkedHashMap<>();
    mapping
        .mapping("environment")
        .ifPresent(
            variables -> {
              for (String key : variables.keys()) {
                if (!VARIABLE.matcher(key).matches()) {
                  throw variables.error(key, "not a name of an environment variable");
                }
                environment.put(key, variables.text(key).orElse(""));
              }
            });
    return environment;
  }

  private ServicePolicy policy(YamlMapping mapping) {
    return new ServicePolicy(
        1,
        mapping.parsed("idle", LocalServiceReader::parseTime).orElse(defaults.scaleToZeroAfter()),
        mapping
            .parsed("wake-timeout", LocalServiceReader::parseTime)
            .orElse(defaults.wakeTimeout()),
        defaults.maxParked(),
        false,
        false,
        mapping.parsedList("ignore", IgnoredRequest::parse));
  }

  private static String parseName(String text) {
    if (!NAME.matcher(text).matches()) {
      throw new IllegalArgumentException(
          quoted(text) + " (expected: lower-case letters, digits and -, at most 63)");
    }
    return text;
  }

  private static String parseHost(String text) {
    String host = text.toLowerCase(Locale.ROOT);
    if (!HOST.matcher(host).matches()) {
      throw new IllegalArgumentException(
          quoted(text) + " (expected: a name such as a.example.com or *.example.com)");
    }
    return host;
  }

  private static int parsePort(String text) {
    if (text.matches("\\d{1,5}")) {
      int port = Integer.parseInt(text);
      if (port >= 1 && port <= 65535) {
        return port;
      }
    }
    throw new IllegalArgumentException(quoted(text) + " (expected: a port from 1 to 65535)");
  }

  private static Duration parseTime(String text) {
    Duration duration = Durations.parse(text);
    if (duration.isZero()) {
      throw new IllegalArgumentException(quoted(text) + " (expected: more than zero)");
    }
    return duration;
  }

  private static Protocol parseProtocol(String text) {
    return switch (text) {
      case "http" -> Protocol.HTTP;
      case "http2" -> Protocol.HTTP2;
      case "tcp" -> Protocol.TCP;
      case "postgres" -> Protocol.POSTGRES;
      case "mysql" -> Protocol.MYSQL;
      case "redis" -> Protocol.REDIS;
      default ->
          throw new IllegalArgumentException(
              quoted(text) + " (expected: one of http, http2, tcp, postgres, mysql, redis)");
    };
  }

  private Path parseDirectory(String text) {
    Path directory;
    try {
      directory = base.resolve(text).normalize();
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(quoted(text) + " (expected: a folder)", e);
    }
    if (!Files.isDirectory(directory)) {
      throw new IllegalArgumentException(
          quoted(text) + " (expected: a folder; " + directory + " is none)");
    }
    return directory;
  }

  private static String quoted(String text) {
    return "\"" + text + "\"";
  }
}
