package io.zenvoy.it.stack;

import io.zenvoy.common.HostPort;
import io.zenvoy.it.FreePorts;
import io.zenvoy.it.Programs;
import io.zenvoy.it.downstream.HttpDownstream;
import io.zenvoy.it.envoy.Envoy;
import io.zenvoy.it.envoy.EnvoyBootstrap;
import io.zenvoy.it.kube.KubeCluster;
import io.zenvoy.it.kube.Kubelet;
import io.zenvoy.it.kube.Permissions;
import io.zenvoy.it.kube.Services;
import io.zenvoy.it.upstream.EchoUpstream;
import java.util.Map;

/**
 * xds-server, tproxy and one Envoy with a namespace to serve. The programs can be ended and started
 * again; they keep their ports. Not thread-safe.
 */
public final class ZenvoyStack implements AutoCloseable {
  /** Envoy's HTTP listener. */
  public static final int HTTP_PORT = 10_000;

  /** Envoy's listener for TLS that services end themselves. */
  public static final int TLS_PORT = 10_443;

  private static final String SERVICE_ACCOUNT = "zenvoy-xds";

  private final StackSettings settings;
  private final KubeCluster cluster;
  private final String namespace;
  private final EchoUpstream upstream = EchoUpstream.on(Services.CONTAINER_PORT);
  private final Kubelet kubelet;
  private final Programs programs;
  private final ControlPlanes controlPlanes;
  private final String daemonAdminPort = Integer.toString(FreePorts.next());
  private final HttpDownstream downstream =
      new HttpDownstream(new HostPort("127.0.0.1", HTTP_PORT));
  private Programs.RunningProgram xdsServer;
  private Programs.RunningProgram tproxy;
  private Envoy envoy;

  private ZenvoyStack(StackSettings settings, KubeCluster cluster) {
    this.settings = settings;
    this.cluster = cluster;
    namespace = cluster.newNamespace();
    if (settings.namespaces().equals(StackSettings.HOME)) {
      Permissions.grantIn(cluster, namespace, SERVICE_ACCOUNT);
    } else {
      Permissions.grantEverywhere(cluster, namespace, SERVICE_ACCOUNT);
    }
    kubelet = new Kubelet(cluster, namespace, upstream);
    programs = new Programs(settings.test());
    controlPlanes = new ControlPlanes(settings, cluster, namespace, SERVICE_ACCOUNT);
    xdsServer = programs.xdsServer(controlPlanes.environment());
    tproxy = programs.tproxy(daemonEnvironment());
    envoy =
        Envoy.start(
            settings.test(), EnvoyBootstrap.of(controlPlanes.address(), settings.variant()));
  }

  /** Starts everything and waits until it serves. */
  public static ZenvoyStack start(StackSettings settings, KubeCluster cluster) {
    RedirectRules.removeAll();
    ZenvoyStack stack = new ZenvoyStack(settings, cluster);
    try {
      stack.kubelet.start();
      stack.xdsServer.awaitReady();
      stack.tproxy.awaitReady();
      stack.envoy.awaitLive();
      return stack;
    } catch (RuntimeException e) {
      stack.close();
      throw e;
    }
  }

  public KubeCluster cluster() {
    return cluster;
  }

  /** Whom the control planes are to Kubernetes, in the home namespace. */
  public String serviceAccount() {
    return SERVICE_ACCOUNT;
  }

  /** The home namespace. */
  public String namespace() {
    return namespace;
  }

  /** What the pods of the home namespace run unless the test changes it. */
  public EchoUpstream upstream() {
    return upstream;
  }

  public Kubelet kubelet() {
    return kubelet;
  }

  /** Whoever asks Envoy's HTTP listener. */
  public HttpDownstream downstream() {
    return downstream;
  }

  /** Where the control plane serves xDS, for Envoys of the test's own. */
  public HostPort xds() {
    return controlPlanes.address();
  }

  public Envoy envoy() {
    return envoy;
  }

  public Programs.RunningProgram xdsServer() {
    return xdsServer;
  }

  public Programs.RunningProgram tproxy() {
    return tproxy;
  }

  /** Starts the control plane again after the test has ended it; does not wait. */
  public Programs.RunningProgram startXdsServer() {
    xdsServer = programs.xdsServer(controlPlanes.environment());
    return xdsServer;
  }

  /** Starts a second control plane, of an election; does not wait. */
  public Programs.RunningProgram startStandby() {
    return programs.xdsServer(controlPlanes.standbyEnvironment());
  }

  /** Starts the daemon again after the test has ended it; does not wait. */
  public Programs.RunningProgram startTproxy() {
    tproxy = programs.tproxy(daemonEnvironment());
    return tproxy;
  }

  /** Starts Envoy again after the test has ended it, and waits until its admin port answers. */
  public Envoy startEnvoy() {
    envoy =
        Envoy.start(
            settings.test(), EnvoyBootstrap.of(controlPlanes.address(), settings.variant()));
    return envoy;
  }

  @Override
  public void close() {
    downstream.close();
    envoy.kill();
    programs.close();
    controlPlanes.close();
    kubelet.close();
    cluster.client().namespaces().withName(namespace).delete();
  }

  private Map<String, String> daemonEnvironment() {
    return Map.of(
        "XDS_ADDR",
        controlPlanes.address().toString(),
        "TPROXY_CMD",
        settings.redirect().command(),
        "POD_NAME",
        "zenvoy-proxy-1",
        "ADMIN_PORT",
        daemonAdminPort);
  }
}
