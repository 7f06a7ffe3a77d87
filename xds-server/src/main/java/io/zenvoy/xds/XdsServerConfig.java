package io.zenvoy.xds;

import io.zenvoy.common.Ipv4Network;
import io.zenvoy.common.PortRange;
import io.zenvoy.common.StartupException;
import io.zenvoy.common.environment.Environment;
import io.zenvoy.common.environment.LogSettings;
import io.zenvoy.xds.model.ServicePolicy;
import io.zenvoy.xds.model.SlotSpace;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The settings of xds-server, read once from the environment; README's table describes them.
 *
 * @param namespaces the Kubernetes namespaces to watch, the first is home; empty: all
 * @param ownNamespace the pod's own namespace, home where all are watched
 * @param localServices the file of local mode; empty: Kubernetes
 */
public record XdsServerConfig(
    int xdsPort,
    String nodeId,
    List<String> namespaces,
    String ownNamespace,
    Optional<Path> localServices,
    SlotKind slotKind,
    SlotSpace slots,
    int proxyPort,
    int httpPort,
    ServicePolicy defaultPolicy,
    Duration scaleToZeroCheck,
    Duration sleepHoldAfterStart,
    Duration sleepHoldAfterNodeLoss,
    Duration envoyReadTimeout,
    int adminPort,
    LogSettings log) {
  private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
  private static final int DEFAULT_MAX_PARKED = 10_000;

  /** How the daemons receive the slots' connections. */
  public enum SlotKind {
    /** By a TPROXY rule: each slot has a port of its own. */
    TRANSPARENT,
    /** By a listener on all addresses: each slot has the daemon's port. */
    DIRECT
  }

  /**
   * Reads all settings.
   *
   * @throws StartupException for the first one that is not usable
   */
  public static XdsServerConfig read(Environment environment) {
    int xdsPort = environment.port("XDS_PORT", 18000);
    String nodeId = environment.text("XDS_NODE_ID", "zenvoy");
    List<String> namespaces =
        environment.parsed(
            "KUBE_NAMESPACE",
            "default",
            "namespaces separated by commas, or *",
            XdsServerConfig::parseNamespaces);
    String ownNamespace = environment.text("POD_NAMESPACE", "default");
    String localServices = environment.text("LOCAL_SERVICES", "");
    SlotKind slotKind = environment.oneOf("SLOTS", SlotKind.TRANSPARENT);
    Ipv4Network network =
        environment.parsed(
            "PROXY_ADDR",
            "127.128.0.0/9",
            "a network inside 127.0.0.0/8, such as 127.128.0.0/9",
            XdsServerConfig::parseLoopback);
    int proxyPort = environment.port("PROXY_PORT", 18001);
    PortRange proxyPorts = readPortRange(environment);
    return new XdsServerConfig(
        xdsPort,
        nodeId,
        namespaces,
        ownNamespace,
        localServices.isEmpty() ? Optional.empty() : Optional.of(Path.of(localServices)),
        slotKind,
        new SlotSpace(
            network,
            switch (slotKind) {
              case TRANSPARENT -> proxyPorts;
              case DIRECT -> new PortRange(proxyPort, proxyPort);
            }),
        proxyPort,
        environment.port("HTTP_PORT", 10000),
        readDefaultPolicy(environment),
        environment.duration("SCALE_TO_ZERO_CHECK", "30s"),
        environment.durationOrZero("SLEEP_HOLD_AFTER_START", "1m"),
        environment.durationOrZero("SLEEP_HOLD_AFTER_NODE_LOSS", "5m"),
        environment.duration("ENVOY_READ_TIMEOUT", "1m"),
        environment.port("ADMIN_PORT", 18080),
        LogSettings.read(environment));
  }

  /** The namespace whose services are known by their name alone. */
  public String homeNamespace() {
    return namespaces.isEmpty() ? ownNamespace : namespaces.getFirst();
  }

  private static ServicePolicy readDefaultPolicy(Environment environment) {
    return new ServicePolicy(
        1,
        environment.duration("SCALE_TO_ZERO_AFTER", "5m"),
        environment.duration("WAKE_TIMEOUT", "1m"),
        DEFAULT_MAX_PARKED,
        false,
        false);
  }

  private static PortRange readPortRange(Environment environment) {
    int min = environment.port("PROXY_PORT_MIN", 20000);
    int max = environment.port("PROXY_PORT_MAX", 32767);
    if (min > max) {
      throw new StartupException(
          "PROXY_PORT_MIN: " + min + " (expected: at most PROXY_PORT_MAX, which is " + max + ")");
    }
    return new PortRange(min, max);
  }

  private static Ipv4Network parseLoopback(String text) {
    Ipv4Network network = Ipv4Network.parse(text);
    if (!network.isLoopback()) {
      throw new IllegalArgumentException(text);
    }
    return network;
  }

  private static List<String> parseNamespaces(String text) {
    if (text.equals("*")) {
      return List.of();
    }
    List<String> namespaces = Arrays.stream(text.split(",")).map(String::strip).distinct().toList();
    for (String namespace : namespaces) {
      if (!NAMESPACE.matcher(namespace).matches()) {
        throw new IllegalArgumentException(namespace);
      }
    }
    if (namespaces.isEmpty()) {
      throw new IllegalArgumentException(text);
    }
    return namespaces;
  }
}
