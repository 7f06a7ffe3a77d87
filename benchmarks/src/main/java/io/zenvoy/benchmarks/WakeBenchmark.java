package io.zenvoy.benchmarks;

import io.zenvoy.it.envoy.XdsVariant;
import io.zenvoy.it.kube.KubeCluster;
import io.zenvoy.it.stack.Redirect;
import io.zenvoy.it.stack.StackSettings;
import io.zenvoy.it.stack.Workloads;
import io.zenvoy.it.stack.ZenvoyStack;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * What zenvoy itself adds to a wake. A client connects to the slot of a service at zero, one
 * service after the other, and sends one byte. The first figure ends where the API server receives
 * the scale request (its audit log says when), the second begins where it receives the endpoint's
 * EndpointSlice and ends at the pod: in between is Kubernetes alone.
 */
final class WakeBenchmark {
  private static final int ATTEMPT_LIMIT_SECONDS = 60;
  private static final Duration BETWEEN = Duration.ofMillis(300);

  private final KubeCluster cluster;
  private final int wakes;

  WakeBenchmark(KubeCluster cluster, int wakes) {
    this.cluster = cluster;
    this.wakes = wakes;
  }

  private record Wake(String service, Instant connecting, Instant firstByte) {}

  List<Figures> run() throws IOException, InterruptedException {
    StackSettings settings =
        StackSettings.of("WakeBenchmark", Redirect.IPTABLES, XdsVariant.DELTA)
            .with("SCALE_TO_ZERO_AFTER", "1h");
    try (ZenvoyStack stack = ZenvoyStack.start(settings, cluster)) {
      FirstBytes pods = new FirstBytes();
      stack.kubelet().runtime(pods);
      Workloads workloads = new Workloads(stack);
      List<String> services =
          IntStream.range(0, wakes).mapToObj(number -> "wake-" + number).toList();
      services.forEach(workloads::makeAsleep);
      List<Wake> done = new ArrayList<>();
      for (int number = 0; number < wakes; number++) {
        // What Kubernetes still does about the last one is no part of this one.
        Thread.sleep(BETWEEN);
        done.add(wake(stack, services.get(number), pods));
        if ((number + 1) % 20 == 0) {
          Progress.say((number + 1) + " of " + wakes + " wakes");
        }
      }
      return figures(AuditLog.read(cluster.auditLog()), stack.namespace(), done);
    }
  }

  private static Wake wake(ZenvoyStack stack, String service, FirstBytes pods)
      throws IOException, InterruptedException {
    String slot = stack.envoy().endpoints(service).keySet().iterator().next();
    int colon = slot.lastIndexOf(':');
    InetAddress address = InetAddress.ofLiteral(slot.substring(0, colon));
    int port = Integer.parseInt(slot.substring(colon + 1));
    Instant connecting = Instant.now();
    try (Socket client = new Socket(address, port)) {
      client.setSoTimeout(ATTEMPT_LIMIT_SECONDS * 1000);
      client.getOutputStream().write('?');
      Instant firstByte = pods.arrivals().poll(ATTEMPT_LIMIT_SECONDS, TimeUnit.SECONDS);
      if (firstByte == null || client.getInputStream().read() != '?') {
        throw new IOException(service + " was not answered");
      }
      return new Wake(service, connecting, firstByte);
    }
  }

  private static List<Figures> figures(AuditLog audit, String namespace, List<Wake> wakes) {
    List<Double> asked = new ArrayList<>();
    List<Double> forwarded = new ArrayList<>();
    for (Wake wake : wakes) {
      Instant scaled =
          audit
              .requests()
              .filter(request -> request.namespace().equals(namespace))
              .filter(request -> request.subresource().equals("scale"))
              .filter(request -> request.name().equals(wake.service()))
              .map(AuditLog.Request::received)
              .min(Instant::compareTo)
              .orElseThrow();
      asked.add(milliseconds(wake.connecting(), scaled));
      Instant published =
          audit
              .requests()
              .filter(request -> request.namespace().equals(namespace))
              .filter(request -> request.resource().equals("endpointslices"))
              .filter(request -> request.name().startsWith(wake.service() + "-"))
              .map(AuditLog.Request::received)
              .filter(received -> received.isBefore(wake.firstByte()))
              .max(Instant::compareTo)
              .orElseThrow();
      forwarded.add(milliseconds(published, wake.firstByte()));
    }
    return List.of(
        new Figures("client connects → API server receives the scale request", "ms", asked),
        new Figures(
            "API server receives the ready endpoint → first byte at the pod", "ms", forwarded));
  }

  private static double milliseconds(Instant from, Instant to) {
    return Duration.between(from, to).toNanos() / 1e6;
  }
}
