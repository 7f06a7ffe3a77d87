package io.zenvoy.tproxy;

import io.zenvoy.common.HostPort;
import io.zenvoy.common.Ipv4Network;
import io.zenvoy.common.PortRange;
import io.zenvoy.common.environment.Environment;
import io.zenvoy.common.environment.LogSettings;
import io.zenvoy.tproxy.proxy.Pages;
import io.zenvoy.tproxy.redirect.ReceivableSlots;
import io.zenvoy.tproxy.redirect.RedirectKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Every setting of the daemon.
 *
 * @param xdsAddress {@code XDS_ADDR}: where xds-server is
 * @param nodeCluster {@code XDS_NODE_ID}: sent as node cluster
 * @param nodeId {@code POD_NAME}, else the host's name: unique per process
 * @param slots {@code TPROXY_CMD}, {@code PROXY_ADDR}, {@code PROXY_PORT}, {@code PROXY_PORT_MIN},
 *     {@code PROXY_PORT_MAX}
 * @param maxParked {@code MAX_PARKED}: connections that may wait at a time, at least 1
 * @param drainTimeout {@code DRAIN_TIMEOUT}: how long an orderly end waits for connections
 * @param adminPort {@code ADMIN_PORT}
 * @param allowLocalUpstreams {@code ALLOW_LOCAL_UPSTREAMS}: whether clusters that are marked local
 *     may be dialled on loopback
 * @param pages {@code UNAVAILABLE_PAGE}, {@code WAITING_PAGE}: files of what browsers are shown
 */
record TproxyConfig(
    HostPort xdsAddress,
    String nodeCluster,
    String nodeId,
    ReceivableSlots slots,
    int maxParked,
    Duration drainTimeout,
    int adminPort,
    boolean allowLocalUpstreams,
    Pages pages,
    LogSettings log) {

  /**
   * Reads all settings.
   *
   * @throws io.zenvoy.common.StartupException for the first one that is not usable
   */
  static TproxyConfig read(Environment environment) {
    HostPort xdsAddress =
        environment.parsed("XDS_ADDR", "zenvoy-xds:18000", "host:port", HostPort::parse);
    String nodeCluster = environment.text("XDS_NODE_ID", "zenvoy");
    String podName = environment.text("POD_NAME", "");
    Ipv4Network network =
        environment.parsed(
            "PROXY_ADDR",
            "127.128.0.0/9",
            "a network inside 127.0.0.0/8, such as 127.128.0.0/9",
            Ipv4Network::parseLoopback);
    int proxyPort = environment.port("PROXY_PORT", 18001);
    PortRange ports = environment.portRange("PROXY_PORT_MIN", 20000, "PROXY_PORT_MAX", 32767);
    RedirectKind kind = environment.oneOf("TPROXY_CMD", RedirectKind.IPTABLES);
    int maxParked = environment.number("MAX_PARKED", 100_000, 1, 10_000_000);
    Duration drainTimeout = environment.duration("DRAIN_TIMEOUT", "50s");
    int adminPort = environment.port("ADMIN_PORT", 18081);
    if (adminPort == proxyPort) {
      throw Environment.invalid(
          "ADMIN_PORT", Integer.toString(adminPort), "another port than PROXY_PORT");
    }
    boolean allowLocalUpstreams = environment.flag("ALLOW_LOCAL_UPSTREAMS", "false");
    return new TproxyConfig(
        xdsAddress,
        nodeCluster,
        podName.isEmpty() ? hostName() : podName,
        new ReceivableSlots(kind, network, proxyPort, ports),
        maxParked,
        drainTimeout,
        adminPort,
        allowLocalUpstreams,
        new Pages(
            environment.file("UNAVAILABLE_PAGE", Pages.LARGEST).orElse(Pages.DEFAULT.unavailable()),
            environment.file("WAITING_PAGE", Pages.LARGEST).orElse(Pages.DEFAULT.waiting())),
        LogSettings.read(environment));
  }

  /** The kernel's word for it: asking the JDK would resolve names. */
  private static String hostName() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException e) {
      return "localhost";
    }
  }
}
