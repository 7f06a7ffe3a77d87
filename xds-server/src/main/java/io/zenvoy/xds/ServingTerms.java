package io.zenvoy.xds;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.zenvoy.xds.lifecycle.Lifecycle;
import io.zenvoy.xds.lifecycle.LifecycleSettings;
import io.zenvoy.xds.lifecycle.Term;
import io.zenvoy.xds.model.Entrances;
import io.zenvoy.xds.serve.EdgeSettings;
import io.zenvoy.xds.serve.NodeEvents;
import io.zenvoy.xds.serve.Rehearsal;
import io.zenvoy.xds.serve.XdsGrpcServer;
import io.zenvoy.xds.status.LifecycleStatus;
import io.zenvoy.xds.translate.TranslateSettings;
import io.zenvoy.xds.translate.XdsPublisher;
import io.zenvoy.xds.workloads.Leadership;
import io.zenvoy.xds.workloads.Scaler;
import java.time.InstantSource;

/** Builds what serves during a term, anew for each. */
final class ServingTerms implements Term.Factory {
  private final XdsServerConfig config;
  private final Workloads workloads;
  private final MeterRegistry registry;
  private final Counter begun;
  private volatile boolean serving;

  ServingTerms(XdsServerConfig config, Workloads workloads, MeterRegistry registry) {
    this.config = config;
    this.workloads = workloads;
    this.registry = registry;
    Gauge.builder("zenvoy.leader", () -> serving ? 1 : 0)
        .description("1 while this control plane serves and decides, 0 while it stands by")
        .register(registry);
    begun =
        Counter.builder("zenvoy.leader.terms")
            .description("How often this control plane began to lead")
            .register(registry);
  }

  @Override
  public Term begin(Leadership leadership, NodeEvents nodes, Scaler scaler) {
    XdsGrpcServer edge = new XdsGrpcServer(edgeSettings(), nodes, registry, leadership::holds);
    LifecycleStatus status = new LifecycleStatus(registry, workloads.recorder());
    Lifecycle lifecycle =
        new Lifecycle(
            settings(),
            new XdsPublisher(translateSettings(), edge),
            scaler,
            status,
            System::nanoTime,
            InstantSource.system());
    try {
      edge.start();
    } catch (RuntimeException e) {
      edge.close();
      status.close();
      throw e;
    }
    serving = true;
    begun.increment();
    return new ServingTerm(lifecycle, edge, status, () -> serving = false);
  }

  /** Loads what a term takes, see {@link Rehearsal}. */
  void rehearse() {
    Rehearsal.run(
        edgeSettings(), edge -> new XdsPublisher(translateSettings(), edge).route(Entrances.NONE));
  }

  private EdgeSettings edgeSettings() {
    return new EdgeSettings(config.xdsPort(), config.nodeId(), config.slots());
  }

  private TranslateSettings translateSettings() {
    return new TranslateSettings(
        config.listenAddress(),
        config.httpPort(),
        config.tlsPort(),
        config.envoyReadTimeout(),
        config.unavailablePage());
  }

  private LifecycleSettings settings() {
    return new LifecycleSettings(
        workloads.home(),
        config.slotSpace(),
        config.scaleToZeroCheck(),
        config.sleepHoldAfterStart(),
        config.sleepHoldAfterNodeLoss(),
        workloads.local());
  }
}
