package io.zenvoy.cli.stack;

import io.zenvoy.cli.stack.LauncherSettings.NamedPort;
import io.zenvoy.common.StartupException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Finds out before the start which ports are taken, because then the answer can name settings. */
final class PortCheck {
  private PortCheck() {}

  /**
   * Checks that all ports differ and that nobody listens on any of them.
   *
   * @throws StartupException naming every port that is taken, and its setting
   */
  static void requireFree(LauncherSettings settings, Probe probe) {
    Map<Integer, String> owners = new HashMap<>();
    for (NamedPort port : settings.ports()) {
      String owner = owners.put(port.port(), port.setting());
      if (owner != null) {
        throw new StartupException(
            port.setting() + ": port " + port.port() + " is the one of " + owner + " already");
      }
    }
    List<NamedPort> taken = settings.ports().stream().filter(port -> !isFree(port.port())).toList();
    if (!taken.isEmpty()) {
      throw new StartupException(message(settings, taken, probe));
    }
  }

  private static String message(LauncherSettings settings, List<NamedPort> taken, Probe probe) {
    String ports =
        taken.stream()
            .map(port -> port.port() + " (" + port.setting() + ")")
            .collect(Collectors.joining(", "));
    String names = taken.stream().map(NamedPort::setting).collect(Collectors.joining(", "));
    String cause =
        probe.isZenvoy(settings.xdsAdminPort())
            ? "another zenvoy is running: end it, or set "
            : "end the program that listens there, or set ";
    String what = taken.size() == 1 ? " to a free port" : " to free ports";
    return (taken.size() == 1 ? "port " + ports + " is in use" : "ports in use: " + ports)
        + "; "
        + cause
        + names
        + what;
  }

  /** On all addresses: what the programs bind, or more. */
  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
