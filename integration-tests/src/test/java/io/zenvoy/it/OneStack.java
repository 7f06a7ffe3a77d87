package io.zenvoy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zenvoy.it.envoy.XdsVariant;
import io.zenvoy.it.kube.KubeCluster;
import io.zenvoy.it.kube.SharedKubeCluster;
import io.zenvoy.it.stack.Evidence;
import io.zenvoy.it.stack.Redirect;
import io.zenvoy.it.stack.StackSettings;
import io.zenvoy.it.stack.Workloads;
import io.zenvoy.it.stack.ZenvoyStack;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests that share one running stack; each makes services of its own names. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith({SharedKubeCluster.class, FailureLogs.class})
abstract class OneStack {
  static final Duration PATIENCE = Duration.ofSeconds(60);

  ZenvoyStack stack;
  Workloads workloads;
  Evidence evidence;

  @BeforeAll
  final void startStack(KubeCluster cluster) throws IOException {
    stack =
        ZenvoyStack.start(
            settings(StackSettings.of(getClass().getSimpleName(), Redirect.NONE, XdsVariant.DELTA)),
            cluster);
    workloads = new Workloads(stack);
    evidence = new Evidence(stack);
  }

  /** What the stack is started with, if it is something special. */
  StackSettings settings(StackSettings usual) throws IOException {
    return usual;
  }

  @AfterEach
  final void restoreRuntime() {
    stack.kubelet().runtime(stack.upstream());
  }

  @AfterAll
  final void stopStack() {
    stack.close();
  }

  /**
   * A service at zero replicas with a TCP listener, which is awaited.
   *
   * @param protocol what the service speaks
   * @return the listener's port
   */
  final int makeTcp(String name, String protocol, Map<String, String> annotations) {
    int port = FreePorts.next();
    Map<String, String> all = new HashMap<>(annotations);
    all.put("tcp", port + ":http");
    all.put("protocol", protocol);
    workloads.make(name, all);
    awaitListener(port);
    return port;
  }

  /** A client of a listener; what it waits for in vain fails. */
  static Socket connect(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout((int) PATIENCE.toMillis());
    return socket;
  }

  final void awaitListener(int port) {
    await("Envoy listens on " + port)
        .atMost(PATIENCE)
        .until(() -> stack.envoy().listeners().contains("tcp-" + port));
  }

  /** What a client does, whatever the service is doing. */
  @FunctionalInterface
  interface Use {
    void run() throws Exception;
  }

  /** Uses a service that is asleep: so, when it is awake, and when it has slept again. */
  final void coldWarmAndColdAgain(String name, Use use) throws Exception {
    assertThat(workloads.replicas(name)).as("replicas of %s at first", name).isZero();
    use.run();
    use.run();
    workloads.awaitAsleep(name);
    use.run();
  }
}
