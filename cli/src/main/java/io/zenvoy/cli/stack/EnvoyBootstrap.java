package io.zenvoy.cli.stack;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/** Envoy's bootstrap configuration, made from a template. */
final class EnvoyBootstrap {
  private static final String TEMPLATE = "envoy.yaml";

  private EnvoyBootstrap() {}

  /** The configuration as YAML. */
  static String render(LauncherSettings settings) {
    String text = template();
    Map<String, String> values =
        Map.of(
            "node_cluster", quoted(settings.nodeCluster()),
            "admin_port", Integer.toString(settings.envoyAdminPort()),
            "xds_port", Integer.toString(settings.xdsPort()));
    for (Map.Entry<String, String> value : values.entrySet()) {
      text = text.replace("${" + value.getKey() + "}", value.getValue());
    }
    return text;
  }

  /** A YAML scalar: whatever the user has set stays text. */
  private static String quoted(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  private static String template() {
    try (InputStream resource = EnvoyBootstrap.class.getResourceAsStream(TEMPLATE)) {
      if (resource == null) {
        throw new IllegalStateException(TEMPLATE + " is missing in this program's jar");
      }
      return new String(resource.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
