package io.zenvoy.xds;

import io.micrometer.core.instrument.MeterRegistry;
import io.zenvoy.xds.model.ServicePolicy;
import io.zenvoy.xds.workloads.Election;
import io.zenvoy.xds.workloads.EventRecorder;
import io.zenvoy.xds.workloads.Scaler;
import io.zenvoy.xds.workloads.WorkloadSource;
import io.zenvoy.xds.workloads.kubernetes.KubernetesSettings;
import io.zenvoy.xds.workloads.kubernetes.KubernetesWorkloads;
import io.zenvoy.xds.workloads.local.LocalDefaults;
import io.zenvoy.xds.workloads.local.LocalWorkloads;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The adapter that was chosen, Kubernetes or local processes.
 *
 * @param election chooses who serves; empty: this is the only control plane
 * @param home the namespace whose services are known by their name alone
 * @param unready why not everything is known yet; empty once it is
 */
record Workloads(
    WorkloadSource source,
    Scaler scaler,
    EventRecorder recorder,
    Optional<Election> election,
    String home,
    boolean local,
    Supplier<String> unready) {

  /**
   * Opens the adapter that the configuration names.
   *
   * @throws io.zenvoy.common.StartupException if nothing tells where the workloads run
   */
  static Workloads open(XdsServerConfig config, MeterRegistry registry) {
    return config
        .localServices()
        .map(file -> local(file, config.defaultPolicy()))
        .orElseGet(() -> kubernetes(config, registry));
  }

  private static Workloads local(Path file, ServicePolicy defaults) {
    LocalWorkloads workloads =
        LocalWorkloads.fromFile(
            file,
            new LocalDefaults(
                defaults.scaleToZeroAfter(), defaults.wakeTimeout(), defaults.maxParked()));
    return new Workloads(
        workloads,
        workloads,
        EventRecorder.NONE,
        Optional.empty(),
        LocalWorkloads.NAMESPACE,
        true,
        () -> "the local services are not all known yet");
  }

  private static Workloads kubernetes(XdsServerConfig config, MeterRegistry registry) {
    KubernetesWorkloads workloads =
        new KubernetesWorkloads(
            new KubernetesSettings(
                config.namespaces(),
                config.defaultPolicy(),
                config.takenPorts(),
                config.tlsPort(),
                config.candidate()),
            registry);
    return new Workloads(
        workloads,
        workloads,
        workloads.recorder(),
        workloads.election(),
        config.namespaces().home(),
        false,
        workloads::unready);
  }
}
