package io.zenvoy.xds.status;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.zenvoy.xds.lifecycle.LifecycleObserver;
import io.zenvoy.xds.lifecycle.ManagedWorkload;
import io.zenvoy.xds.model.Phase;
import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.model.WorkloadKey;
import io.zenvoy.xds.serve.NodeKey;
import io.zenvoy.xds.workloads.EventRecorder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
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
public final class LifecycleStatus implements LifecycleObserver, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LifecycleStatus.class);
  private static final String SERVICE = "service";
  private static final double MILLIS_PER_HOUR = 3_600_000;

  private final MeterRegistry registry;
  private final EventRecorder recorder;
  private final Map<WorkloadKey, Known> workloads = new HashMap<>();

  private record Known(Set<String> clusters, AtomicReference<Phase> phase, List<Meter> meters) {}

  private final AtomicInteger doubledNodes = new AtomicInteger();
  private final Gauge doubledGauge;
  private final AtomicInteger portConflicts = new AtomicInteger();
  private final Gauge conflictsGauge;

  /**
   * Nothing is told yet.
   *
   * @param recorder tells owners of services what they have to look at
   */
  public LifecycleStatus(MeterRegistry registry, EventRecorder recorder) {
    this.registry = registry;
    this.recorder = recorder;
    this.doubledGauge =
        Gauge.builder("zenvoy.doubled.nodes", doubledNodes, AtomicInteger::get)
            .description("Node ids that more than one node uses; while any is, nothing sleeps")
            .register(registry);
    this.conflictsGauge =
        Gauge.builder("zenvoy.listener.port.conflicts", portConflicts, AtomicInteger::get)
            .description(
                "Listener ports that a service claims by zenvoy.io/tcp and an older one has")
            .register(registry);
  }

  @Override
  public void phase(ManagedWorkload workload, Phase phase) {
    Known known = workloads.get(workload.key());
    if (known != null && known.clusters().equals(workload.clusters())) {
      Phase before = known.phase().getAndSet(phase);
      if (before != phase) {
        log(workload.key(), workload.clusters()).log(phase.label());
      }
      return;
    }
    if (known != null) {
      known.meters().forEach(registry::remove);
    }
    AtomicReference<Phase> current = new AtomicReference<>(phase);
    workloads.put(
        workload.key(),
        new Known(workload.clusters(), current, phaseGauges(workload.clusters(), current)));
    if (known == null || known.phase().get() != phase) {
      log(workload.key(), workload.clusters()).log(phase.label());
    }
  }

  @Override
  public void forgotten(WorkloadKey workload) {
    Known known = workloads.remove(workload);
    if (known != null) {
      known.meters().forEach(registry::remove);
      known.clusters().forEach(this::removeCounters);
      log(workload, known.clusters()).log("no longer managed");
    }
  }

  @Override
  public void wakeEnded(
      ManagedWorkload workload, WakeOutcome outcome, Duration duration, String reason) {
    for (String cluster : workload.clusters()) {
      count("zenvoy.wakes", "Wakes by outcome", cluster, outcome);
      if (outcome == WakeOutcome.READY) {
        recordWake(cluster, duration);
      }
    }
    if (outcome == WakeOutcome.READY) {
      log(workload.key(), workload.clusters())
          .addKeyValue("after_ms", duration.toMillis())
          .log("woken");
    } else if (outcome == WakeOutcome.DRY_RUN) {
      log(workload.key(), workload.clusters()).log("would have been woken (dry run)");
    } else {
      LOG.atWarn()
          .addKeyValue(SERVICE, names(workload.clusters()))
          .addKeyValue("workload", workload.key())
          .addKeyValue("after_ms", duration.toMillis())
          .addKeyValue("reason", reason)
          .log("wake failed");
      workload
          .services()
          .forEach(
              service ->
                  recorder.warning(
                      service, "WakeFailed", "waking " + workload.key() + " failed: " + reason));
    }
  }

  private void recordWake(String cluster, Duration duration) {
    Timer.builder("zenvoy.wake")
        .description("From the first report of something waiting until its pods are published")
        .tag(SERVICE, cluster)
        .publishPercentileHistogram()
        .minimumExpectedValue(Duration.ofMillis(10))
        .maximumExpectedValue(Duration.ofMinutes(5))
        .register(registry)
        .record(duration);
  }

  @Override
  public void sleepEnded(ManagedWorkload workload, SleepOutcome outcome) {
    workload
        .clusters()
        .forEach(
            cluster -> count("zenvoy.sleeps", "Attempts to sleep by outcome", cluster, outcome));
    if (outcome == SleepOutcome.DRY_RUN) {
      log(workload.key(), workload.clusters()).log("would go to sleep (dry run)");
    } else if (outcome != SleepOutcome.ASLEEP) {
      log(workload.key(), workload.clusters())
          .addKeyValue("outcome", label(outcome))
          .log("stayed awake");
    }
  }

  @Override
  public void saved(ManagedWorkload workload, Duration replicaTime) {
    workload
        .clusters()
        .forEach(
            cluster ->
                Counter.builder("zenvoy.dry.run.saved.replica.hours")
                    .description("Hours of replicas that a dry run would have saved")
                    .tag(SERVICE, cluster)
                    .register(registry)
                    .increment(replicaTime.toMillis() / MILLIS_PER_HOUR));
  }

  @Override
  public void noSlot(ServiceKey service) {
    LOG.atError()
        .addKeyValue(SERVICE, service)
        .log("no free slot: the service is not served (expected: a larger PROXY_ADDR)");
    recorder.warning(service, "NoSlot", "no free slot; PROXY_ADDR of zenvoy must be larger");
  }

  @Override
  public void doubledNodes(Set<NodeKey> nodes, Set<ServiceKey> services) {
    doubledNodes.set(nodes.size());
    for (NodeKey node : nodes) {
      LOG.atWarn()
          .addKeyValue("node", node)
          .log("two nodes have this id: nothing sleeps (expected: an id of its own for each)");
      services.forEach(
          service ->
              recorder.warning(
                  service,
                  "NodeIdTwice",
                  "two proxies call themselves "
                      + node
                      + ": nothing sleeps until each has a node id of its own"));
    }
    if (nodes.isEmpty()) {
      LOG.atInfo().log("every node has an id of its own again");
    }
  }

  @Override
  public void unknownCompanion(ServiceKey service, ServiceKey unknown) {
    LOG.atWarn()
        .addKeyValue(SERVICE, service)
        .addKeyValue("wake_with", unknown)
        .log("wakes with a service that zenvoy does not manage");
    recorder.warning(
        service,
        "UnknownWakeWith",
        "zenvoy.io/wake-with names " + unknown + ", which zenvoy does not manage: it is not woken");
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

  @Override
  public void portConflict(ServiceKey loser, int port, ServiceKey owner) {
    LOG.atWarn()
        .addKeyValue(SERVICE, loser)
        .addKeyValue("port", port)
        .addKeyValue("owner", owner)
        .log("listener port belongs to an older service");
    recorder.warning(
        loser,
        "PortConflict",
        "the listener port "
            + port
            + " belongs to the older service "
            + owner
            + ": choose another one in zenvoy.io/tcp; it is this service's as soon as it is free");
  }

  @Override
  public void listenerRefused(ServiceKey service, int port, NodeKey envoy, String reason) {
    recorder.warning(
        service,
        "ListenerRefused",
        "Envoy "
            + envoy.id()
            + " can't listen on port "
            + port
            + " ("
            + reason
            + "): free it there, or choose another one in zenvoy.io/tcp");
  }

  @Override
  public void portConflicts(int count) {
    portConflicts.set(count);
  }

  /** Tells no phases any more; what was counted stays. */
  @Override
  public void close() {
    workloads.values().forEach(known -> known.meters().forEach(registry::remove));
    workloads.clear();
    registry.remove(doubledGauge);
    registry.remove(conflictsGauge);
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
