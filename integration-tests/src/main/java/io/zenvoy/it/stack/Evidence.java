package io.zenvoy.it.stack;

import io.zenvoy.it.HttpProbe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the decisions of a stack's control plane leave behind: its writes in the API server's audit
 * log, its metrics, Kubernetes Events, and its log.
 */
public final class Evidence {
  private final ZenvoyStack stack;

  public Evidence(ZenvoyStack stack) {
    this.stack = stack;
  }

  /** How often the control plane has asked for another scale of a Deployment or StatefulSet. */
  public long scaleWrites(String workload) {
    try (Stream<String> lines = Files.lines(stack.cluster().auditLog())) {
      return lines
          .filter(line -> line.contains("\"verb\":\"patch\""))
          .filter(line -> line.contains("\"subresource\":\"scale\""))
          .filter(line -> line.contains("\"name\":\"" + workload + "\""))
          .filter(line -> line.contains("system:serviceaccount:" + stack.namespace() + ":"))
          .count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The value of a metric of the control plane; 0 if it has none yet.
   *
   * @param labels such as {@code outcome="failed"}, all of which must be there
   */
  public double metric(String name, String... labels) {
    try {
      return HttpProbe.get(stack.xdsServer().adminPort(), "/metrics")
          .body()
          .lines()
          .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
          .filter(line -> Stream.of(labels).allMatch(line::contains))
          .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
          .sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How many wakes of a service have ended so. */
  public double wakes(String service, String outcome) {
    return metric("zenvoy_wakes_total", label("service", service), label("outcome", outcome));
  }

  /** How many attempts of a service to sleep have ended so. */
  public double sleeps(String service, String outcome) {
    return metric("zenvoy_sleeps_total", label("service", service), label("outcome", outcome));
  }

  /** Whether a service is in a phase. */
  public boolean isIn(String phase, String service) {
    return metric("zenvoy_service_phase", label("service", service), label("phase", phase)) == 1;
  }

  /** What the Events of a Service warn of. */
  public List<String> warnings(String service) {
    return stack.cluster().warnings(stack.namespace(), service).stream()
        .map(event -> event.getReason() + ": " + event.getMessage())
        .toList();
  }

  /** The lines that the control plane has logged about a workload. */
  public List<String> logged(String workload) {
    return stack
        .xdsServer()
        .process()
        .output()
        .lines()
        .filter(line -> line.contains("/" + workload + "\""))
        .toList();
  }

  private static String label(String key, String value) {
    return key + "=\"" + value + "\"";
  }
}
