package io.zenvoy.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.zenvoy.cli.stack.LauncherSettings;
import io.zenvoy.cli.stack.ProgramFailedException;
import io.zenvoy.cli.stack.Stack;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The user's own services, until the user ends them. */
final class LocalServices {
  private static final Map<String, String> DEFAULTS =
      Map.of("SCALE_TO_ZERO_CHECK", "1s", "SLEEP_HOLD_AFTER_START", "1s");

  private final Stack stack;
  private final LauncherSettings settings;
  private final Map<String, String> environment;
  private final PrintStream out;

  LocalServices(
      Stack stack, LauncherSettings settings, Map<String, String> environment, PrintStream out) {
    this.stack = stack;
    this.settings = settings;
    this.environment = environment;
    this.out = out;
  }

  /**
   * Serves until a program fails or the user ends this one.
   *
   * @param file checked by xds-server, whose complaint becomes the exception's message
   */
  int run(Path file) throws ProgramFailedException, IOException, InterruptedException {
    stack.start(file, environment, DEFAULTS, out::println);
    out.println();
    out.println("Every service sleeps until somebody asks for it (Ctrl-C ends everything):");
    out.println();
    ways(file, settings.httpPort()).forEach(way -> out.println("    " + way));
    out.println();
    return Follow.untilFailure(stack, out);
  }

  /** How each service is reached, a line each. The file is known to be right. */
  static List<String> ways(Path file, int httpPort) throws IOException {
    List<String> ways = new ArrayList<>();
    try (Reader reader = Files.newBufferedReader(file, UTF_8)) {
      Map<String, List<Map<String, Object>>> root =
          new Yaml(new SafeConstructor(new LoaderOptions())).load(reader);
      for (Map<String, Object> service : root.getOrDefault("services", List.of())) {
        Object tcp = service.get("tcp");
        if (tcp != null) {
          ways.add("localhost:" + tcp + " is " + service.get("name"));
        }
        if (String.valueOf(service.getOrDefault("protocol", tcp == null ? "http" : "tcp"))
            .startsWith("http")) {
          hosts(service).forEach(host -> ways.add(Curl.line(host, httpPort)));
        }
      }
    }
    return ways;
  }

  /** Its name and further hosts. */
  private static List<String> hosts(Map<String, Object> service) {
    List<String> hosts = new ArrayList<>();
    hosts.add(String.valueOf(service.get("name")));
    if (service.get("hosts") instanceof List<?> further) {
      further.stream().map(host -> String.valueOf(host).replace("*.", "any.")).forEach(hosts::add);
    }
    return hosts;
  }
}
