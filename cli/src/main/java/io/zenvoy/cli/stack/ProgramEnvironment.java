package io.zenvoy.cli.stack;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The environment variables that the launcher adds for each program. */
final class ProgramEnvironment {
  private static final Set<String> DETAILED = Set.of("debug", "trace");

  private final LauncherSettings settings;
  private final Map<String, String> users;

  /**
   * Creates the environments' maker.
   *
   * @param users what the user has set; it wins over the launcher's defaults
   */
  ProgramEnvironment(LauncherSettings settings, Map<String, String> users) {
    this.settings = settings;
    this.users = users;
  }

  /**
   * For xds-server in local mode.
   *
   * @param defaults settings that hold unless the user has set them
   */
  Map<String, String> xdsServer(Path services, Map<String, String> defaults) {
    Map<String, String> variables = new HashMap<>();
    defaults.forEach((key, value) -> variables.put(key, users.getOrDefault(key, value)));
    variables.putAll(logs());
    variables.put("LOCAL_SERVICES", services.toString());
    variables.put("SLOTS", "direct");
    variables.put("XDS_PORT", Integer.toString(settings.xdsPort()));
    variables.put("XDS_NODE_ID", settings.nodeCluster());
    variables.put("PROXY_PORT", Integer.toString(settings.proxyPort()));
    variables.put("HTTP_PORT", Integer.toString(settings.httpPort()));
    variables.put("ADMIN_PORT", Integer.toString(settings.xdsAdminPort()));
    return variables;
  }

  Map<String, String> tproxy() {
    Map<String, String> variables = new HashMap<>(logs());
    variables.put("XDS_ADDR", "127.0.0.1:" + settings.xdsPort());
    variables.put("XDS_NODE_ID", settings.nodeCluster());
    variables.put("TPROXY_CMD", "none");
    variables.put("PROXY_PORT", Integer.toString(settings.proxyPort()));
    variables.put("ADMIN_PORT", Integer.toString(settings.tproxyAdminPort()));
    variables.put("ALLOW_LOCAL_UPSTREAMS", "true");
    variables.put("POD_NAME", "local");
    return variables;
  }

  /** The launcher lives on events of level info: more is welcome, less is not. */
  private Map<String, String> logs() {
    String level = users.getOrDefault("LOG_LEVEL", "").toLowerCase(Locale.ROOT);
    return Map.of("LOG_FORMAT", "json", "LOG_LEVEL", DETAILED.contains(level) ? level : "info");
  }
}
