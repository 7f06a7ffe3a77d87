package io.zenvoy.it.stack;

import io.zenvoy.it.ChildProcess;
import io.zenvoy.it.Project;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Looks at the firewall rules of the tests' network namespace. */
public final class RedirectRules {
  private RedirectRules() {}

  /** The rules of mangle PREROUTING, as {@code iptables -S} gives them, without the policy. */
  public static List<String> iptables() {
    return run("iptables", "-t", "mangle", "-S", "PREROUTING")
        .lines()
        .filter(line -> line.startsWith("-A"))
        .toList();
  }

  /** Every line of the nft rule set that redirects. */
  public static List<String> nft() {
    return run("nft", "list", "ruleset")
        .lines()
        .map(String::strip)
        .filter(line -> line.contains("tproxy"))
        .toList();
  }

  /** Removes what earlier tests have left: a rule outlives its daemon on purpose. */
  public static void removeAll() {
    run("iptables", "-t", "mangle", "-F", "PREROUTING");
    run("nft", "flush", "ruleset");
  }

  private static String run(String... command) {
    try {
      Path folder = Project.logs("rules");
      Files.createDirectories(folder);
      Path output = Files.createTempFile(folder, command[0], ".txt");
      try (ChildProcess process =
          ChildProcess.start(command[0], output, Map.of(), List.of(command))) {
        int exitCode = process.awaitExit(Duration.ofSeconds(10));
        if (exitCode != 0) {
          throw new IllegalStateException(
              String.join(" ", command) + ": " + exitCode + " " + process.output());
        }
        return process.output();
      } finally {
        Files.delete(output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
