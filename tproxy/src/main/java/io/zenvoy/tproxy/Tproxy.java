package io.zenvoy.tproxy;

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
import io.zenvoy.common.StartupException;
import io.zenvoy.common.admin.AdminServer;
import io.zenvoy.common.environment.Environment;
import io.zenvoy.tproxy.discovery.Discovery;
import io.zenvoy.tproxy.discovery.NodeIdentity;
import io.zenvoy.tproxy.discovery.ServerChannel;
import io.zenvoy.tproxy.proxy.OpenFileLimit;
import io.zenvoy.tproxy.proxy.Proxy;
import io.zenvoy.tproxy.proxy.ProxySettings;
import io.zenvoy.tproxy.redirect.Redirect;
import java.security.Security;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Composition root of the daemon. */
public final class Tproxy {
  private static final Logger log = LoggerFactory.getLogger(Tproxy.class);

  private Tproxy() {}

  public static void main(String[] arguments) throws Exception {
    // The server's address may change while we are away from it: remember no name for long.
    Security.setProperty("networkaddress.cache.ttl", "1");
    Security.setProperty("networkaddress.cache.negative.ttl", "0");
    Program.run("tproxy", () -> start(TproxyConfig.read(new Environment(System.getenv()))));
  }

  /**
   * Starts all parts.
   *
   * @return stops them in reverse
   * @throws StartupException if a port is taken or a privilege is missing
   */
  static AutoCloseable start(TproxyConfig config) {
    CompletableFuture<ServerChannel> server =
        CompletableFuture.supplyAsync(() -> ServerChannel.open(config.xdsAddress()));
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    bindRuntime(registry);
    // The proxy reports through discovery, which takes its figures from the proxy.
    AtomicReference<Runnable> reportNow = new AtomicReference<>(() -> {});
    AtomicReference<Supplier<String>> unready = new AtomicReference<>(() -> "starting");
    ProxySettings settings = proxySettings(config);
    Proxy proxy = Proxy.start(settings, () -> reportNow.get().run(), registry);
    Redirect.of(config.slots()).install();
    AdminServer admin =
        AdminServer.start(
            config.adminPort(), "ADMIN_PORT", registry::scrape, () -> unready.get().get());
    Discovery discovery =
        Discovery.start(
            server.join(),
            new NodeIdentity(config.nodeId(), config.nodeCluster(), config.slots()),
            table -> proxy.install(table).thenCompose(installed -> listen(proxy)),
            proxy.activity(),
            registry);
    reportNow.set(discovery::reportNow);
    unready.set(discovery::unready);
    log.atInfo()
        .addKeyValue("node", config.nodeId())
        .addKeyValue("server", config.xdsAddress())
        .addKeyValue("redirect", config.slots().kind().text())
        .addKeyValue("slots", config.slots().network())
        .addKeyValue("port", config.slots().listenerPort())
        .addKeyValue("admin_port", admin.port())
        .log("started");
    sayIfCapped(config.maxParked(), settings.maxParked());
    return () -> {
      // The server hears of what is still relayed until the last connection has ended.
      proxy.close();
      discovery.close();
      admin.close();
    };
  }

  /** Ends the program if another one began to listen on the port after it was bound here. */
  private static CompletionStage<Void> listen(Proxy proxy) {
    return proxy
        .listen()
        .whenComplete(
            (nothing, failure) -> {
              if (failure != null) {
                Throwable cause = failure.getCause() == null ? failure : failure.getCause();
                System.err.println("tproxy: " + cause.getMessage());
                Thread.ofPlatform().start(() -> System.exit(Program.CANNOT_START));
              }
            });
  }

  private static ProxySettings proxySettings(TproxyConfig config) {
    return ProxySettings.of(
        config.slots(),
        OpenFileLimit.cap(config.maxParked()),
        config.allowLocalUpstreams(),
        config.drainTimeout(),
        config.pages(),
        Runtime.getRuntime().availableProcessors());
  }

  /** Said once everything runs: a program that can't start says only why. */
  private static void sayIfCapped(int wanted, int allowed) {
    if (allowed < wanted) {
      log.atWarn()
          .addKeyValue("MAX_PARKED", wanted)
          .addKeyValue("max_parked", allowed)
          .log("the limit of open files (nofile) allows fewer parked connections");
    }
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
