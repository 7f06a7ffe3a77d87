package io.zenvoy.cli.stack;

import io.zenvoy.common.environment.Environment;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Settings whose ports nobody has. */
public final class TestingSettings {
  private static final List<String> PORTS =
      List.of(
          "HTTP_PORT",
          "ENVOY_ADMIN_PORT",
          "XDS_PORT",
          "PROXY_PORT",
          "XDS_ADMIN_PORT",
          "TPROXY_ADMIN_PORT");

  private TestingSettings() {}

  /** The variables that a user would set. */
  public static Map<String, String> variables() throws IOException {
    Map<String, String> variables = new HashMap<>();
    List<ServerSocket> sockets = new ArrayList<>();
    // All at a time, so that they differ.
    for (String key : PORTS) {
      ServerSocket socket = new ServerSocket(0);
      sockets.add(socket);
      variables.put(key, Integer.toString(socket.getLocalPort()));
    }
    for (ServerSocket socket : sockets) {
      socket.close();
    }
    return variables;
  }

  static LauncherSettings onFreePorts() throws IOException {
    return onFreePorts(Map.of());
  }

  static LauncherSettings onFreePorts(Map<String, Integer> others) throws IOException {
    Map<String, String> variables = variables();
    others.forEach((key, port) -> variables.put(key, Integer.toString(port)));
    return LauncherSettings.read(new Environment(variables));
  }
}
