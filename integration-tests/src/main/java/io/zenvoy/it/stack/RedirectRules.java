package io.zenvoy.it.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Looks at the firewall rules of the tests' network namespace. */
public final class RedirectRules {
  private RedirectRules() {}

  /** The rules of the mangle table, as {@code iptables -S} gives them, without chains. */
  public static List<String> iptables() {
    return run("iptables", "-t", "mangle", "-S")
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
    run("iptables", "-t", "mangle", "-F");
    run("nft", "flush", "ruleset");
  }

  private static String run(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int exitCode = process.waitFor();
      if (exitCode != 0) {
        throw new IllegalStateException(String.join(" ", command) + ": " + exitCode + " " + output);
      }
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
