package io.zenvoy.it.faults;

import static org.awaitility.Awaitility.await;

import io.zenvoy.common.HostPort;
import io.zenvoy.it.FreePorts;
import io.zenvoy.it.faults.TcpService.Opening;
import io.zenvoy.it.kube.ContainerRuntime;
import io.zenvoy.it.kube.Services;
import io.zenvoy.it.upstream.Conversation;
import io.zenvoy.it.upstream.TcpUpstream;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** What the faults of TCP services have in common. */
abstract class TcpFaultStack extends FaultStack {
  static final Map<String, String> SLEEPS_SOON = Map.of("scale-to-zero-after", "1s");

  private static final int BASELINE_VISITS = 30;

  /** In the names of services that greet: pods know no more of themselves than their names. */
  private static final String GREETS = "-greets-";

  /**
   * Pods whose server speaks first, or waits, as their service's {@link TcpService#opening} says.
   */
  static ContainerRuntime sessions() {
    ContainerRuntime greeting = upstream(TcpSession.server(Opening.SERVER));
    ContainerRuntime waiting = upstream(TcpSession.server(Opening.CLIENT));
    return (pod, address) -> (pod.contains(GREETS) ? greeting : waiting).start(pod, address);
  }

  static ContainerRuntime upstream(Conversation conversation) {
    return new TcpUpstream(Services.CONTAINER_PORT, conversation);
  }

  /** Services at zero with TCP listeners, half of which greet; returns once Envoy has them. */
  List<TcpService> makeTcp(String prefix, int count, Map<String, String> annotations) {
    List<TcpService> services =
        IntStream.range(0, count)
            .mapToObj(
                number ->
                    number % 2 == 0
                        ? service(prefix + GREETS + number, Opening.SERVER)
                        : service(prefix + "-waits-" + number, Opening.CLIENT))
            .toList();
    services.forEach(service -> make(service, annotations));
    awaitListeners(services);
    return services;
  }

  /** A service at zero with a TCP listener, whose clients speak first; Envoy has it. */
  TcpService makeTcp(String name, Map<String, String> annotations) {
    TcpService service = service(name, Opening.CLIENT);
    make(service, annotations);
    awaitListeners(List.of(service));
    return service;
  }

  /** Begins a fault whose baseline is a connection and its first answer with nothing wrong. */
  FaultRun begin(Fault fault) {
    TcpService quiet =
        makeTcp("quiet-" + fault.name().toLowerCase(Locale.ROOT).replace('_', '-'), Map.of());
    stack.kubelet().runtime(sessions());
    new TcpClients(new Tally()).visit(quiet, Duration.ZERO);
    Tally tally = new Tally();
    for (int visit = 0; visit < BASELINE_VISITS; visit++) {
      new TcpClients(tally).visit(quiet, Duration.ZERO);
    }
    if (tally.count(Outcome.RIGHT) != BASELINE_VISITS) {
      throw new AssertionError("before anything is injected: " + tally + " " + tally.failures());
    }
    return FaultRun.of(fault, tally.wait(0.5));
  }

  static List<String> names(List<TcpService> services) {
    return services.stream().map(TcpService::name).toList();
  }

  /** Waits until Envoy has pods of a service, and no longer its slot alone. */
  void awaitPodsAtEnvoy(TcpService service) {
    await("Envoy has pods of " + service.name())
        .atMost(PATIENCE)
        .until(
            () ->
                stack.envoy().endpoints(service.name()).entrySet().stream()
                    .anyMatch(
                        endpoint ->
                            endpoint.getValue() == 0 && endpoint.getKey().startsWith("10.99.")));
  }

  /** The address of the daemon's at which connections of a service arrive that is asleep. */
  HostPort slot(String service) {
    return stack.envoy().endpoints(service).keySet().stream()
        .map(HostPort::parse)
        .filter(address -> address.host().startsWith("127."))
        .findFirst()
        .orElseThrow();
  }

  private static TcpService service(String name, Opening opening) {
    return new TcpService(name, new HostPort("127.0.0.1", FreePorts.next()), opening);
  }

  private void make(TcpService service, Map<String, String> annotations) {
    Map<String, String> all = new HashMap<>(Map.of("protocol", "tcp"));
    all.put("tcp", service.listener().port() + ":http");
    all.putAll(annotations);
    workloads.make(service.name(), all);
  }

  private void awaitListeners(List<TcpService> services) {
    Set<String> wanted = new TreeSet<>();
    services.forEach(service -> wanted.add("tcp-" + service.listener().port()));
    await("Envoy has " + wanted)
        .atMost(PATIENCE)
        .until(() -> stack.envoy().listeners().containsAll(wanted));
  }
}
