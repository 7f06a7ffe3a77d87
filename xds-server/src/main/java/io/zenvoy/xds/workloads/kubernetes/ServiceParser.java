package io.zenvoy.xds.workloads.kubernetes;

import io.zenvoy.xds.model.IgnoredRequest;
import io.zenvoy.xds.model.Protocol;
import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.model.ServicePolicy;
import io.zenvoy.xds.model.ServicePort;
import io.zenvoy.xds.model.TcpExposure;
import io.zenvoy.xds.model.WorkloadKey;
import io.zenvoy.xds.schedule.AwakeTimes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Understands a Service. Pure: depends on nothing but the Service and the defaults. */
final class ServiceParser {
  private static final Pattern OBJECT_NAME =
      Pattern.compile("[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?");

  private static final String IDLE_WITHOUT_TCP =
      "%s has no effect (expected: together with %s or %s)"
          .formatted(
              Annotations.IDLE_CONNECTIONS.key(), Annotations.TCP.key(), Annotations.SNI.key());

  private final ServicePolicy defaults;
  private final Map<Integer, String> takenPorts;

  /**
   * @param takenPorts that no TCP listener may have, with what has them
   */
  ServiceParser(ServicePolicy defaults, Map<Integer, String> takenPorts) {
    this.defaults = defaults;
    this.takenPorts = takenPorts;
  }

  ParsedService parse(ObservedService service) {
    AnnotationReader annotations = new AnnotationReader(service.annotations());
    if (!annotations.flag(Annotations.ENABLED, false) && annotations.problems().isEmpty()) {
      return new ParsedService.OptedOut();
    }
    Optional<WorkloadKey> target =
        annotations.read(Annotations.TARGET, text -> target(text, service.key().namespace()));
    ServicePolicy policy = policy(annotations, service.key().namespace());
    List<String> hosts = annotations.read(Annotations.HOSTS, HostNames::parse).orElse(List.of());
    TcpClaims claims = annotations.read(Annotations.TCP, TcpClaims::parse).orElse(TcpClaims.NONE);
    List<String> names = annotations.read(Annotations.SNI, HostNames::parse).orElse(List.of());
    Optional<String> secret = annotations.read(Annotations.TLS_SECRET, ServiceParser::objectName);
    List<ServicePort> ports = ports(service, annotations, claims, !names.isEmpty());
    List<String> unfitting = new ArrayList<>();
    TcpExposure tcp =
        new TcpExposure(
            claims.of(ports, takenPorts, unfitting::add),
            names,
            annotations.duration(Annotations.IDLE_CONNECTIONS));
    if (tcp.idle().isPresent() && claims.equals(TcpClaims.NONE) && names.isEmpty()) {
      unfitting.add(IDLE_WITHOUT_TCP);
    }
    List<String> problems =
        Stream.of(
                unknown(service).stream(),
                annotations.problems().stream(),
                unfitting.stream(),
                unfit(service, ports, policy, secret))
            .flatMap(stream -> stream)
            .toList();
    if (!problems.isEmpty()) {
      return new ParsedService.Rejected(problems);
    }
    return new ParsedService.Declared(
        new ServiceDeclaration(
            service.key(),
            service.uid(),
            service.created(),
            target,
            ports,
            hosts,
            secret,
            tcp,
            policy),
        service.ports().stream()
            .filter(port -> !port.transport().equals("TCP"))
            .map(
                port ->
                    "port %d is of %s, which zenvoy does not support: it is left out"
                        .formatted(port.port(), port.transport()))
            .toList());
  }

  private ServicePolicy policy(AnnotationReader annotations, String namespace) {
    return new ServicePolicy(
        annotations.positive(Annotations.REPLICAS, defaults.replicas()),
        annotations.duration(Annotations.SCALE_TO_ZERO_AFTER, defaults.scaleToZeroAfter()),
        annotations.duration(Annotations.WAKE_TIMEOUT, defaults.wakeTimeout()),
        annotations.positive(Annotations.MAX_PARKED, defaults.maxParked()),
        annotations
            .read(Annotations.READY, ServiceParser::startingCounts)
            .orElse(defaults.startingCounts()),
        annotations.flag(Annotations.STREAMING, defaults.streaming()),
        annotations.read(Annotations.IGNORE, ServiceParser::ignored).orElse(defaults.ignored()),
        annotations
            .read(Annotations.WAKE_WITH, text -> services(text, namespace))
            .orElse(defaults.wakeWith()),
        annotations.read(Annotations.SCHEDULE, AwakeTimes::parse).or(defaults::awakeTimes),
        annotations.duration(Annotations.WAIT_PAGE_AFTER).or(defaults::waitPageAfter),
        annotations.flag(Annotations.DRY_RUN, defaults.dryRun()));
  }

  private static List<ServiceKey> services(String text, String namespace) {
    return Stream.of(text.split(",", -1))
        .map(String::strip)
        .map(
            name -> {
              String[] parts = name.split("/", 2);
              if (!Stream.of(parts).allMatch(part -> OBJECT_NAME.matcher(part).matches())) {
                throw new IllegalArgumentException(text);
              }
              return parts.length == 1
                  ? new ServiceKey(namespace, name)
                  : new ServiceKey(parts[0], parts[1]);
            })
        .toList();
  }

  private static String objectName(String text) {
    if (!OBJECT_NAME.matcher(text).matches()) {
      throw new IllegalArgumentException(text);
    }
    return text;
  }

  private static boolean startingCounts(String text) {
    if (!text.equals("tcp")) {
      throw new IllegalArgumentException(text);
    }
    return true;
  }

  private static List<IgnoredRequest> ignored(String text) {
    return Stream.of(text.split(",", -1)).map(IgnoredRequest::parse).distinct().toList();
  }

  private static WorkloadKey target(String text, String namespace) {
    String[] parts = text.split("/", 2);
    if (parts.length != 2 || !OBJECT_NAME.matcher(parts[1]).matches()) {
      throw new IllegalArgumentException(text);
    }
    WorkloadKey.Kind kind =
        switch (parts[0]) {
          case "deployment" -> WorkloadKey.Kind.DEPLOYMENT;
          case "statefulset" -> WorkloadKey.Kind.STATEFULSET;
          default -> throw new IllegalArgumentException(text);
        };
    return new WorkloadKey(kind, namespace, parts[1]);
  }

  private static List<ServicePort> ports(
      ObservedService service, AnnotationReader annotations, TcpClaims claims, boolean named) {
    Optional<Protocol> protocol =
        annotations.read(
            Annotations.PROTOCOL,
            text ->
                ProtocolNames.ofAnnotation(text)
                    .orElseThrow(() -> new IllegalArgumentException(text)));
    List<ObservedService.Port> ports =
        service.ports().stream().filter(port -> port.transport().equals("TCP")).toList();
    return ports.stream()
        .map(
            port ->
                new ServicePort(
                    port.name(),
                    port.port(),
                    protocol
                        .or(() -> ProtocolNames.ofPort(port))
                        .orElse(
                            claims.include(port.name(), port.port(), ports.size())
                                    || (named && port.equals(ports.getFirst()))
                                ? Protocol.TCP
                                : Protocol.HTTP)))
        .toList();
  }

  private static List<String> unknown(ObservedService service) {
    return service.annotations().keySet().stream()
        .sorted()
        .filter(key -> Annotations.of(key).isEmpty())
        .map(key -> key + ": zenvoy has no such annotation")
        .toList();
  }

  private static Stream<String> unfit(
      ObservedService service,
      List<ServicePort> ports,
      ServicePolicy policy,
      Optional<String> secret) {
    List<String> problems = new ArrayList<>();
    if (OwnWorkloads.isOwn(service.key().name())) {
      problems.add(OwnWorkloads.PROBLEM);
    }
    if (service.externalName()) {
      problems.add("the Service is of type ExternalName (expected: one that selects pods)");
    } else if (!service.selectsPods()) {
      problems.add("the Service has no selector (expected: one that selects pods)");
    } else if (ports.isEmpty()) {
      problems.add(
          (service.ports().isEmpty()
                  ? "the Service has no port"
                  : "the Service has only ports of UDP or SCTP, which zenvoy does not support")
              + " (expected: at least one of TCP)");
    } else if (policy.waitPageAfter().isPresent()
        && ports.getFirst().protocol() == Protocol.HTTP2) {
      problems.add(
          Annotations.WAIT_PAGE_AFTER.key()
              + ": the Service's first port speaks http2 (expected: http)");
    } else if (!ports.getFirst().protocol().isHttp()) {
      if (!policy.ignored().isEmpty()) {
        problems.add(needsHttp(Annotations.IGNORE, ports.getFirst()));
      }
      if (policy.waitPageAfter().isPresent()) {
        problems.add(needsHttp(Annotations.WAIT_PAGE_AFTER, ports.getFirst()));
      }
      if (secret.isPresent()) {
        problems.add(needsHttp(Annotations.TLS_SECRET, ports.getFirst()));
      }
    }
    return problems.stream();
  }

  private static String needsHttp(Annotations.Annotation annotation, ServicePort first) {
    return annotation.key()
        + ": the Service's first port speaks "
        + first.protocol().name().toLowerCase(Locale.ROOT)
        + " (expected: http or http2)";
  }
}
