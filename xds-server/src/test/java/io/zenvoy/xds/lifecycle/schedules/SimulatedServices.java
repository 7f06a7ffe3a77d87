package io.zenvoy.xds.lifecycle.schedules;

import io.zenvoy.common.Ipv4Network;
import io.zenvoy.common.PortRange;
import io.zenvoy.xds.lifecycle.LifecycleSettings;
import io.zenvoy.xds.model.Protocol;
import io.zenvoy.xds.model.ServiceKey;
import io.zenvoy.xds.model.ServicePolicy;
import io.zenvoy.xds.model.ServicePort;
import io.zenvoy.xds.model.ServiceSpec;
import io.zenvoy.xds.model.SlotSpace;
import io.zenvoy.xds.model.WorkloadKey;
import io.zenvoy.xds.schedule.AwakeTimes;
import io.zenvoy.xds.workloads.ScaleRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the services' owners have asked for: {@code web} and {@code raw} on one workload, and {@code
 * db} on another, which wakes with {@code web}; and the clock on the wall. Times are short against
 * each other as in earnest.
 */
final class SimulatedServices {
  static final Duration WINDOW = Duration.ofMillis(1_500);
  static final WorkloadKey WORKLOAD =
      new WorkloadKey(WorkloadKey.Kind.DEPLOYMENT, "default", "app");
  static final WorkloadKey COMPANION =
      new WorkloadKey(WorkloadKey.Kind.DEPLOYMENT, "default", "db");
  static final LifecycleSettings SETTINGS =
      new LifecycleSettings(
          "default",
          new SlotSpace(Ipv4Network.parse("127.128.0.0/9"), new PortRange(20000, 32767)),
          Duration.ofMillis(200),
          Duration.ofMillis(1_200),
          Duration.ofSeconds(4),
          false);
  private static final Duration WAKE_TIMEOUT = Duration.ofSeconds(10);
  private static final AwakeTimes OFFICE = AwakeTimes.parse("0 8 * * * to 0 18 * * *");

  private Instant wallClock = Instant.parse("2026-03-02T07:59:50Z");
  private boolean dryRun;
  private boolean scheduled;

  Instant wallClock() {
    return wallClock;
  }

  /** The clock on the wall goes on, or jumps. */
  void pass(Duration duration) {
    wallClock = wallClock.plus(duration);
  }

  boolean isDryRun() {
    return dryRun;
  }

  /** Whether the workload is awake in office hours. */
  boolean isScheduled() {
    return scheduled;
  }

  void annotate(boolean asDryRun, boolean inOfficeHours) {
    dryRun = asDryRun;
    scheduled = inOfficeHours;
  }

  /** Nothing is written in a dry run, and no sleep is decided in the awake times. */
  boolean mayWrite(ScaleRequest request) {
    return !dryRun && !(request.replicas() == 0 && scheduled && OFFICE.contain(wallClock));
  }

  List<ServiceSpec> specs() {
    return Stream.of("web", "raw", "db").map(this::spec).toList();
  }

  private ServiceSpec spec(String name) {
    boolean web = name.equals("web");
    return new ServiceSpec(
        new ServiceKey("default", name),
        "uid-" + name,
        Instant.EPOCH,
        name.equals("db") ? COMPANION : WORKLOAD,
        List.of(new ServicePort("main", 80, name.equals("raw") ? Protocol.TCP : Protocol.HTTP)),
        List.of(),
        new ServicePolicy(
            1,
            WINDOW,
            WAKE_TIMEOUT,
            100,
            false,
            false,
            List.of(),
            web ? List.of(new ServiceKey("default", "db")) : List.of(),
            web && scheduled ? Optional.of(OFFICE) : Optional.empty(),
            Optional.empty(),
            web && dryRun));
  }
}
