package io.zenvoy.xds.status;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.zenvoy.xds.lifecycle.LifecycleObserver;
import io.zenvoy.xds.model.Phase;
import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.model.WorkloadKey;
import io.zenvoy.xds.workloads.EventRecorder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Tells the life cycle's decisions to people and to Prometheus: one log line a decision, and
 * metrics by service. A service is named as in Envoy's statistics.
 *
 * <p>Owned by the life cycle's thread; the registry is read by others.
 */
public final class LifecycleStatus implements LifecycleObserver {
  private static final Logger LOG = LoggerFactory.getLogger(LifecycleStatus.class);
  private static final String SERVICE = "service";

  private final MeterRegistry registry;
  private final EventRecorder recorder;
  private final Map<WorkloadKey, Known> workloads = new HashMap<>();

  private record Known(Set<String> services, AtomicReference<Phase> phase, List<Meter> meters) {}

  /**
   * Nothing is told yet.
   *
   * @param recorder tells owners of services what they have to look at
   */
  public LifecycleStatus(MeterRegistry registry, EventRecorder recorder) {
    this.registry = registry;
    this.recorder = recorder;
  }

  @Override
  public void phase(WorkloadKey workload, Set<String> services, Phase phase) {
    Known known = workloads.get(workload);
    if (known != null && known.services().equals(services)) {
      Phase before = known.phase().getAndSet(phase);
      if (before != phase) {
        log(workload, services).log(phase.label());
      }
      return;
    }
    if (known != null) {
      known.meters().forEach(registry::remove);
    }
    AtomicReference<Phase> current = new AtomicReference<>(phase);
    workloads.put(workload, new Known(services, current, phaseGauges(services, current)));
    if (known == null || known.phase().get() != phase) {
      log(workload, services).log(phase.label());
    }
  }

  @Override
  public void forgotten(WorkloadKey workload) {
    Known known = workloads.remove(workload);
    if (known != null) {
      known.meters().forEach(registry::remove);
      known.services().forEach(this::removeCounters);
      log(workload, known.services()).log("no longer managed");
    }
  }

  @Override
  public void wakeEnded(
      WorkloadKey workload,
      Set<String> services,
      WakeOutcome outcome,
      Duration duration,
      String reason) {
    for (String service : services) {
      count("zenvoy.wakes", "Wakes by outcome", service, outcome);
      if (outcome == WakeOutcome.READY) {
        Timer.builder("zenvoy.wake")
            .description("From the first report of something waiting until its pods are published")
            .tag(SERVICE, service)
            .publishPercentileHistogram()
            .minimumExpectedValue(Duration.ofMillis(10))
            .maximumExpectedValue(Duration.ofMinutes(5))
            .register(registry)
            .record(duration);
      }
    }
    if (outcome == WakeOutcome.READY) {
      log(workload, services).addKeyValue("after_ms", duration.toMillis()).log("woken");
    } else {
      LOG.atWarn()
          .addKeyValue(SERVICE, names(services))
          .addKeyValue("workload", workload)
          .addKeyValue("after_ms", duration.toMillis())
          .addKeyValue("reason", reason)
          .log("wake failed");
    }
  }

  @Override
  public void sleepEnded(WorkloadKey workload, Set<String> services, SleepOutcome outcome) {
    services.forEach(
        service -> count("zenvoy.sleeps", "Attempts to sleep by outcome", service, outcome));
    if (outcome != SleepOutcome.ASLEEP) {
      log(workload, services).addKeyValue("outcome", label(outcome)).log("stayed awake");
    }
  }

  @Override
  public void noSlot(ServiceKey service) {
    LOG.atError()
        .addKeyValue(SERVICE, service)
        .log("no free slot: the service is not served (expected: a larger PROXY_ADDR)");
    recorder.warning(service, "NoSlot", "no free slot; PROXY_ADDR of zenvoy must be larger");
  }

  @Override
  public void hostConflict(ServiceKey loser, String host, ServiceKey owner) {
    LOG.atWarn()
        .addKeyValue(SERVICE, loser)
        .addKeyValue("host", host)
        .addKeyValue("owner", owner)
        .log("host belongs to an older service");
    recorder.warning(
        loser, "HostConflict", "the host " + host + " belongs to the older service " + owner);
  }

  private List<Meter> phaseGauges(Set<String> services, AtomicReference<Phase> current) {
    List<Meter> gauges = new ArrayList<>();
    for (String service : services) {
      for (Phase phase : Phase.values()) {
        gauges.add(
            Gauge.builder("zenvoy.service.phase", current, now -> now.get() == phase ? 1 : 0)
                .description("1 for the phase that the service's workload is in, 0 for the others")
                .tag(SERVICE, service)
                .tag("phase", phase.label())
                .register(registry));
      }
    }
    return gauges;
  }

  private void count(String name, String description, String service, Enum<?> outcome) {
    Counter.builder(name)
        .description(description)
        .tag(SERVICE, service)
        .tag("outcome", label(outcome))
        .register(registry)
        .increment();
  }

  private void removeCounters(String service) {
    registry.getMeters().stream()
        .filter(meter -> service.equals(meter.getId().getTag(SERVICE)))
        .forEach(registry::remove);
  }

  private static LoggingEventBuilder log(WorkloadKey workload, Set<String> services) {
    return LOG.atInfo().addKeyValue(SERVICE, names(services)).addKeyValue("workload", workload);
  }

  private static String names(Set<String> services) {
    return String.join(",", services.stream().sorted().toList());
  }

  private static String label(Enum<?> outcome) {
    return outcome.name().toLowerCase(Locale.ROOT);
  }
}
