package io.zenvoy.xds;

import io.zenvoy.common.Ipv4Network;
import io.zenvoy.common.PortRange;
import io.zenvoy.common.StartupException;
import io.zenvoy.common.environment.Environment;
import io.zenvoy.common.environment.LogSettings;
import io.zenvoy.xds.model.ServicePolicy;
import io.zenvoy.xds.model.SlotSpace;
import io.zenvoy.xds.serve.SlotRequirements;
import io.zenvoy.xds.workloads.kubernetes.Candidate;
import io.zenvoy.xds.workloads.kubernetes.Namespaces;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The settings of xds-server, read once from the environment; README's table describes them.
 *
 * @param candidate this control plane as one of several; empty: it is the only one
 * @param listenAddress on which Envoys listen; IPv6's any-address takes clients of IPv4, too
 * @param unavailablePage what the file of that name holds, for the 503 that Envoys make themselves
 * @param localServices the file of local mode; empty: Kubernetes
 */
public record XdsServerConfig(
    int xdsPort,
    String nodeId,
    Namespaces namespaces,
    Optional<Candidate> candidate,
    Optional<Path> localServices,
    SlotRequirements slots,
    InetAddress listenAddress,
    int httpPort,
    int tlsPort,
    ServicePolicy defaultPolicy,
    Duration scaleToZeroCheck,
    Duration sleepHoldAfterStart,
    Duration sleepHoldAfterNodeLoss,
    Duration envoyReadTimeout,
    Optional<String> unavailablePage,
    int adminPort,
    LogSettings log) {
  private static final int DEFAULT_MAX_PARKED = 10_000;

  /** In characters, as tproxy's. */
  private static final int LARGEST_PAGE = 16 << 10;

  /** What else listens in the pod of Envoy and tproxy, as the example has it. */
  private static final Map<Integer, String> EXAMPLE_PORTS =
      Map.of(10_001, "Envoy's admin", 10_002, "Envoy's health", 18_081, "tproxy's ADMIN_PORT");

  /**
   * Reads all settings.
   *
   * @throws StartupException for the first one that is not usable
   */
  public static XdsServerConfig read(Environment environment) {
    int xdsPort = environment.port("XDS_PORT", 18000);
    Optional<Candidate> candidate = readCandidate(environment, xdsPort);
    return new XdsServerConfig(
        xdsPort,
        environment.text("XDS_NODE_ID", "zenvoy"),
        environment.parsed(
            "KUBE_NAMESPACE",
            "default",
            "a namespace, several separated by commas, or *",
            Namespaces::parse),
        candidate,
        Optional.of(environment.text("LOCAL_SERVICES", ""))
            .filter(file -> !file.isEmpty())
            .map(Path::of),
        readSlots(environment),
        environment.parsed(
            "LISTEN_ADDR",
            "",
            "an IP address, such as 0.0.0.0 or ::",
            text -> text.isEmpty() ? anyAddress(candidate) : InetAddress.ofLiteral(text)),
        environment.port("HTTP_PORT", 10000),
        environment.port("TLS_PORT", 10443),
        readDefaultPolicy(environment),
        environment.duration("SCALE_TO_ZERO_CHECK", "30s"),
        environment.durationOrZero("SLEEP_HOLD_AFTER_START", "1m"),
        environment.durationOrZero("SLEEP_HOLD_AFTER_NODE_LOSS", "5m"),
        environment.duration("ENVOY_READ_TIMEOUT", "1m"),
        environment.file("UNAVAILABLE_PAGE", LARGEST_PAGE),
        environment.port("ADMIN_PORT", 18080),
        LogSettings.read(environment));
  }

  /** Which slots there are. */
  public SlotSpace slotSpace() {
    return new SlotSpace(
        slots.addresses(),
        switch (slots.kind()) {
          case TRANSPARENT -> slots.ports();
          case DIRECT -> new PortRange(slots.port(), slots.port());
        });
  }

  /** The ports of zenvoy's own, which no TCP listener may have, with what has them. */
  public Map<Integer, String> takenPorts() {
    Map<Integer, String> taken = new HashMap<>(EXAMPLE_PORTS);
    taken.put(xdsPort, "XDS_PORT");
    taken.put(adminPort, "ADMIN_PORT");
    taken.put(httpPort, "HTTP_PORT");
    taken.put(tlsPort, "TLS_PORT");
    taken.put(slots.port(), "PROXY_PORT");
    return taken;
  }

  /** Where our own pod has an address of IPv6, Envoys' have one, too. */
  private static InetAddress anyAddress(Optional<Candidate> candidate) {
    boolean six = candidate.filter(own -> own.address() instanceof Inet6Address).isPresent();
    return InetAddress.ofLiteral(six ? "::" : "0.0.0.0");
  }

  private static Optional<Candidate> readCandidate(Environment environment, int port) {
    String pod = environment.text("POD_NAME", "");
    Optional<InetAddress> address =
        environment.parsed(
            "POD_IP",
            "",
            "an IP address",
            text -> text.isEmpty() ? Optional.empty() : Optional.of(InetAddress.ofLiteral(text)));
    return address.filter(known -> !pod.isEmpty()).map(known -> new Candidate(pod, known, port));
  }

  private static SlotRequirements readSlots(Environment environment) {
    return new SlotRequirements(
        environment.oneOf("SLOTS", SlotRequirements.Kind.TRANSPARENT),
        environment.parsed(
            "PROXY_ADDR",
            "127.128.0.0/9",
            "a network inside 127.0.0.0/8, such as 127.128.0.0/9",
            Ipv4Network::parseLoopback),
        environment.port("PROXY_PORT", 18001),
        environment.portRange("PROXY_PORT_MIN", 20000, "PROXY_PORT_MAX", 32767));
  }

  private static ServicePolicy readDefaultPolicy(Environment environment) {
    ServicePolicy policy =
        new ServicePolicy(
            1,
            environment.duration("SCALE_TO_ZERO_AFTER", "5m"),
            environment.duration("WAKE_TIMEOUT", "1m"),
            DEFAULT_MAX_PARKED,
            false,
            false,
            List.of());
    return environment.flag("DRY_RUN", "false") ? policy.watched() : policy;
  }
}
