package io.zenvoy.cli.stack;

import io.zenvoy.common.environment.Environment;
import java.util.List;

/**
 * What the launcher itself needs to know of the programs' settings. All other variables that a user
 * sets reach the programs as they are.
 *
 * @param nodeCluster {@code XDS_NODE_ID}: the name by which Envoy and tproxy introduce themselves
 */
public record LauncherSettings(
    int xdsPort,
    int proxyPort,
    int httpPort,
    int envoyAdminPort,
    int xdsAdminPort,
    int tproxyAdminPort,
    String nodeCluster) {

  /** A port that must be free, with the setting that moves it. */
  record NamedPort(String setting, int port) {}

  /**
   * Reads the settings.
   *
   * @throws io.zenvoy.common.StartupException if one of them is not usable
   */
  public static LauncherSettings read(Environment environment) {
    return new LauncherSettings(
        environment.port("XDS_PORT", 18000),
        environment.port("PROXY_PORT", 18001),
        environment.port("HTTP_PORT", 10000),
        environment.port("ENVOY_ADMIN_PORT", 10001),
        environment.port("XDS_ADMIN_PORT", 18080),
        environment.port("TPROXY_ADMIN_PORT", 18081),
        environment.text("XDS_NODE_ID", "zenvoy"));
  }

  /** Every port that one of the programs will listen on. */
  List<NamedPort> ports() {
    return List.of(
        new NamedPort("HTTP_PORT", httpPort),
        new NamedPort("ENVOY_ADMIN_PORT", envoyAdminPort),
        new NamedPort("XDS_PORT", xdsPort),
        new NamedPort("PROXY_PORT", proxyPort),
        new NamedPort("XDS_ADMIN_PORT", xdsAdminPort),
        new NamedPort("TPROXY_ADMIN_PORT", tproxyAdminPort));
  }
}
