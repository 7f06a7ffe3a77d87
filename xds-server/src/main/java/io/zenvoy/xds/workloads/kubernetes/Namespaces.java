package io.zenvoy.xds.workloads.kubernetes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The namespaces that are watched.
 *
 * @param home the one whose services have short names
 * @param watched each once, home among them; empty: all that there are
 */
public record Namespaces(String home, List<String> watched) {
  private static final Path OWN =
      Path.of("/var/run/secrets/kubernetes.io/serviceaccount/namespace");
  private static final Pattern NAME = Pattern.compile("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?");

  public Namespaces {
    watched = List.copyOf(watched);
    if (!watched.isEmpty() && !watched.contains(home)) {
      throw new IllegalArgumentException("home: " + home + " (expected: one of " + watched + ")");
    }
  }

  /**
   * Reads {@code KUBE_NAMESPACE}: a list, the first being home, or {@code *} for all, home being
   * the pod's own or, outside of a cluster, {@code default}.
   *
   * @throws IllegalArgumentException if one is not the name of a namespace
   */
  public static Namespaces parse(String text) {
    if (text.strip().equals("*")) {
      return new Namespaces(own(), List.of());
    }
    List<String> names =
        Arrays.stream(text.split(",", -1)).map(Namespaces::parseOne).distinct().toList();
    return new Namespaces(names.getFirst(), names);
  }

  private static String parseOne(String text) {
    String name = text.strip();
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("\"" + text + "\" (expected: a list of namespaces, or *)");
    }
    return name;
  }

  private static String own() {
    try {
      return Files.readString(OWN).strip();
    } catch (IOException e) {
      return "default";
    }
  }
}
