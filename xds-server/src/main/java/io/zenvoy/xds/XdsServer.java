package io.zenvoy.xds;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.zenvoy.common.Program;
import io.zenvoy.common.admin.AdminServer;
import io.zenvoy.common.environment.Environment;
import io.zenvoy.xds.lifecycle.Lifecycle;
import io.zenvoy.xds.lifecycle.LifecycleSettings;
import io.zenvoy.xds.lifecycle.LifecycleThread;
import io.zenvoy.xds.serve.EdgeSettings;
import io.zenvoy.xds.serve.XdsGrpcServer;
import io.zenvoy.xds.status.LifecycleStatus;
import io.zenvoy.xds.translate.TranslateSettings;
import io.zenvoy.xds.translate.XdsPublisher;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Composition root of the control plane. */
public final class XdsServer {
  private static final Logger LOG = LoggerFactory.getLogger(XdsServer.class);

  private XdsServer() {}

  public static void main(String[] arguments) throws Exception {
    Program.run("xds-server", () -> start(XdsServerConfig.read(new Environment(System.getenv()))));
  }

  /**
   * Starts all parts.
   *
   * @return stops them in reverse
   * @throws io.zenvoy.common.StartupException if a port is taken, or nothing tells where the
   *     workloads run
   */
  static AutoCloseable start(XdsServerConfig config) {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    bindRuntime(registry);
    Workloads workloads = Workloads.open(config, registry);
    // The life cycle publishes to the edge, and the edge tells the life cycle of its nodes.
    LateNodeEvents nodes = new LateNodeEvents();
    XdsGrpcServer edge =
        new XdsGrpcServer(
            new EdgeSettings(config.xdsPort(), config.nodeId(), config.slots()), nodes, registry);
    LifecycleThread lifecycle =
        new LifecycleThread(
            workloads.scaler(),
            scaler ->
                new Lifecycle(
                    lifecycleSettings(config, workloads),
                    new XdsPublisher(
                        new TranslateSettings(config.httpPort(), config.envoyReadTimeout()), edge),
                    scaler,
                    new LifecycleStatus(registry, workloads.recorder()),
                    System::nanoTime,
                    InstantSource.system()));
    nodes.pass(lifecycle);
    AdminServer admin =
        AdminServer.start(
            config.adminPort(),
            "ADMIN_PORT",
            registry::scrape,
            () -> lifecycle.isSynced() ? "" : workloads.unready().get());
    edge.start();
    lifecycle.start();
    workloads.source().start(lifecycle);
    LOG.atInfo()
        .addKeyValue("xds_port", config.xdsPort())
        .addKeyValue("admin_port", config.adminPort())
        .addKeyValue("slots", config.slots().kind())
        .addKeyValue("workloads", workloads.home())
        .log("started");
    return () -> {
      edge.close();
      workloads.source().close();
      lifecycle.close();
      admin.close();
    };
  }

  private static LifecycleSettings lifecycleSettings(XdsServerConfig config, Workloads workloads) {
    return new LifecycleSettings(
        workloads.home(),
        config.slotSpace(),
        config.scaleToZeroCheck(),
        config.sleepHoldAfterStart(),
        config.sleepHoldAfterNodeLoss(),
        workloads.local());
  }

  private static void bindRuntime(MeterRegistry registry) {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ClassLoaderMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
  }
}
