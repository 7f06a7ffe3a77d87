package io.zenvoy.xds.workloads.kubernetes;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.workloads.EventRecorder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports what is wrong with a Service once for every change of it: a log line, an Event, and as
 * long as it lasts the gauge {@code zenvoy_invalid_annotations}. Called by the thread that owns the
 * {@link Inventory}.
 */
final class ServiceProblemReporter implements ServiceProblems {
  private static final Logger LOG = LoggerFactory.getLogger(ServiceProblemReporter.class);
  private static final String GAUGE = "zenvoy_invalid_annotations";
  private static final String REASON = "InvalidAnnotation";

  private final EventRecorder recorder;
  private final MeterRegistry registry;
  private final Map<ServiceKey, Reported> reported = new HashMap<>();

  private record Reported(List<String> problems, Gauge gauge) {}

  ServiceProblemReporter(EventRecorder recorder, MeterRegistry registry) {
    this.recorder = recorder;
    this.registry = registry;
  }

  @Override
  public void found(ServiceKey service, List<String> problems) {
    Reported before = reported.get(service);
    if (problems.equals(before == null ? List.of() : before.problems())) {
      return;
    }
    if (before != null) {
      registry.remove(before.gauge());
      reported.remove(service);
    }
    if (problems.isEmpty()) {
      LOG.atInfo().addKeyValue("service", service).log("service's annotations are valid again");
      return;
    }
    reported.put(service, new Reported(List.copyOf(problems), gauge(service, problems.size())));
    LOG.atWarn()
        .addKeyValue("service", service)
        .addKeyValue("problems", String.join("; ", problems))
        .log("service's annotations are invalid");
    tell(service, problems);
  }

  /** Tells of everything that is wrong once more: who was told before did not lead. */
  void tellAgain() {
    reported.forEach((service, found) -> tell(service, found.problems()));
  }

  private void tell(ServiceKey service, List<String> problems) {
    recorder.warning(service, REASON, String.join("; ", problems));
  }

  private Gauge gauge(ServiceKey service, int problems) {
    return Gauge.builder(GAUGE, () -> problems)
        .description("Problems with a Service's annotations, as long as there are any")
        .tag("namespace", service.namespace())
        .tag("service", service.name())
        .register(registry);
  }
}
