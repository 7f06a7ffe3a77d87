package io.zenvoy.it.kube;

import io.zenvoy.it.ChildProcess;
import io.zenvoy.it.FreePorts;
import io.zenvoy.it.Project;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * The processes of a Kubernetes API. The API server keeps its port when it is stopped and started
 * again. Not thread-safe.
 */
final class ControlPlane implements AutoCloseable {
  /** EndpointSlices refuse loopback addresses, so the API server has one of its own as well. */
  static final String ADDRESS = "10.99.0.1";

  private static final Duration START_WITHIN = Duration.ofSeconds(90);

  /**
   * What tests need, and no more: node-lifecycle would turn every pod NotReady after 40 s, because
   * nobody renews the node's lease.
   */
  private static final String CONTROLLERS =
      "deployment-controller,replicaset-controller,statefulset-controller,endpointslice-controller,"
          + "endpoints-controller,serviceaccount-controller,namespace-controller,"
          + "garbage-collector-controller,resourcequota-controller,"
          + "horizontal-pod-autoscaler-controller";

  private final KubeAssets assets = KubeAssets.find();
  private final ControlPlaneFiles files = ControlPlaneFiles.create();
  private final Path logs = Project.clusterLogs();
  private final int etcdPort = FreePorts.next();
  private final int apiPort = FreePorts.next();
  private final ChildProcess etcd;
  private @Nullable ChildProcess apiServer;
  private ChildProcess controllerManager;

  ControlPlane() {
    etcd = startEtcd();
    apiServer = startApiServerProcess();
    controllerManager = startControllerManager();
  }

  ControlPlaneFiles files() {
    return files;
  }

  String server() {
    return "https://" + ADDRESS + ":" + apiPort;
  }

  int apiPort() {
    return apiPort;
  }

  /**
   * Starts the API server again and waits until it is ready. Controller-manager starts anew too,
   * because its watches would come back only after their back-off.
   */
  void startApiServer() {
    if (apiServer != null) {
      return;
    }
    controllerManager.close();
    apiServer = startApiServerProcess();
    controllerManager = startControllerManager();
  }

  /**
   * Lets etcd forget every revision but the current one: a watch from an older one is then answered
   * with 410 Gone, at the latest once the API server was restarted, whose cache forgets as well.
   */
  void compactHistory() {
    String revision =
        Etcd.ask(etcdPort, "kv/range", "{\"key\": \"AA==\"}").at("/header/revision").asText();
    Etcd.ask(etcdPort, "kv/compaction", "{\"revision\": \"%s\"}".formatted(revision));
  }

  /** Ends the API server; its connections are cut, and new ones refused. */
  void stopApiServer() {
    if (apiServer != null) {
      apiServer.kill();
      apiServer.close();
      apiServer = null;
    }
  }

  /** The API server's process, to freeze and thaw it. */
  ChildProcess apiServer() {
    if (apiServer == null) {
      throw new IllegalStateException("the API server was stopped");
    }
    return apiServer;
  }

  @Override
  public void close() {
    controllerManager.close();
    stopApiServer();
    etcd.close();
    files.delete();
  }

  private ChildProcess startEtcd() {
    int peerPort = FreePorts.next();
    String clients = "http://127.0.0.1:" + etcdPort;
    String peers = "http://127.0.0.1:" + peerPort;
    ChildProcess started =
        start(
            "etcd",
            assets.etcd().toString(),
            "--data-dir=" + files.etcdData(),
            "--listen-client-urls=" + clients,
            "--advertise-client-urls=" + clients,
            "--listen-peer-urls=" + peers,
            "--initial-advertise-peer-urls=" + peers,
            "--initial-cluster=default=" + peers,
            "--unsafe-no-fsync");
    await(started, () -> accepts(etcdPort));
    return started;
  }

  private ChildProcess startApiServerProcess() {
    ChildProcess started =
        start(
            "kube-apiserver",
            assets.apiServer().toString(),
            "--etcd-servers=http://127.0.0.1:" + etcdPort,
            "--cert-dir=" + files.certificates(),
            "--bind-address=0.0.0.0",
            "--advertise-address=" + ADDRESS,
            "--secure-port=" + apiPort,
            "--service-cluster-ip-range=10.96.0.0/12",
            "--authorization-mode=RBAC",
            "--anonymous-auth=true",
            "--token-auth-file=" + files.tokens(),
            "--service-account-issuer=https://kubernetes.default.svc",
            "--service-account-key-file=" + files.serviceAccountKey(),
            "--service-account-signing-key-file=" + files.serviceAccountKey(),
            "--audit-policy-file=" + files.auditPolicy(),
            "--audit-log-path=" + files.auditLog());
    await(
        started,
        () -> Files.exists(files.apiServerCertificate()) && ApiReadiness.isReady(server()));
    return started;
  }

  private ChildProcess startControllerManager() {
    Path kubeconfig =
        files.writeKubeconfig(
            "controller-manager", server(), ControlPlaneFiles.ADMIN_TOKEN, "default");
    return start(
        "kube-controller-manager",
        assets.controllerManager().toString(),
        "--kubeconfig=" + kubeconfig,
        "--authentication-kubeconfig=" + kubeconfig,
        "--authorization-kubeconfig=" + kubeconfig,
        "--service-account-private-key-file=" + files.serviceAccountKey(),
        "--use-service-account-credentials=false",
        "--kube-api-qps=1000", // its own default of 20 a second would be what tests measure
        "--kube-api-burst=2000",
        "--controllers=" + CONTROLLERS,
        "--horizontal-pod-autoscaler-sync-period=1s",
        "--secure-port=" + FreePorts.next(),
        "--cert-dir=" + files.certificates().resolve("controller-manager"),
        "--leader-elect=false");
  }

  private ChildProcess start(String name, String... command) {
    return ChildProcess.start(
        name, logs.resolve(name + ".log"), Map.of(), List.copyOf(Arrays.asList(command)));
  }

  private static void await(ChildProcess process, Callable<Boolean> ready) {
    Awaitility.await(process.name() + " is ready")
        .atMost(START_WITHIN)
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> {
              process.requireAlive("it was ready");
              return ready.call();
            });
  }

  private static boolean accepts(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 500);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
