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
import io.zenvoy.xds.lifecycle.LifecycleThread;
import io.zenvoy.xds.workloads.Election;
import io.zenvoy.xds.workloads.WorkloadEvent;
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
    ServingTerms terms = new ServingTerms(config, workloads, registry);
    LifecycleThread lifecycle = new LifecycleThread(workloads.scaler(), terms);
    AdminServer admin =
        AdminServer.start(
            config.adminPort(),
            "ADMIN_PORT",
            registry::scrape,
            () -> unready(workloads, lifecycle));
    workloads.election().ifPresentOrElse(election -> lifecycle.start(), lifecycle::startAlone);
    workloads
        .source()
        .start(
            event -> {
              lifecycle.accept(event);
              if (event instanceof WorkloadEvent.Synced) {
                workloads.election().ifPresent(election -> contend(election, terms, lifecycle));
              }
            });
    LOG.atInfo()
        .addKeyValue("xds_port", config.xdsPort())
        .addKeyValue("admin_port", config.adminPort())
        .addKeyValue("slots", config.slots().kind())
        .addKeyValue("workloads", workloads.home())
        .addKeyValue("leader", workloads.election().isPresent() ? "by election" : "alone")
        .log("started");
    return () -> {
      lifecycle.close();
      workloads.election().ifPresent(Election::close);
      workloads.source().close();
      admin.close();
    };
  }

  /** Once everything is known, because whoever leads has to serve at once. */
  private static void contend(Election election, ServingTerms terms, LifecycleThread lifecycle) {
    Thread.ofPlatform()
        .name("rehearsal")
        .daemon(true)
        .start(
            () -> {
              terms.rehearse();
              election.start(lifecycle::lead);
            });
  }

  /** A warm standby is ready: it could serve at any moment. */
  private static String unready(Workloads workloads, LifecycleThread lifecycle) {
    if (!lifecycle.isSynced()) {
      String missing = workloads.unready().get();
      return missing.isEmpty() ? "what to serve is being worked out" : missing;
    }
    String reason = lifecycle.unready();
    return reason.isEmpty() ? workloads.election().map(Election::unready).orElse("") : reason;
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
