package io.zenvoy.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.zenvoy.it.envoy.XdsVariant;
import io.zenvoy.it.kube.KubeCluster;
import io.zenvoy.it.kube.SharedKubeCluster;
import io.zenvoy.it.stack.Evidence;
import io.zenvoy.it.stack.Redirect;
import io.zenvoy.it.stack.StackSettings;
import io.zenvoy.it.stack.Workloads;
import io.zenvoy.it.stack.ZenvoyStack;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tests that share one running stack; each makes services of its own names. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith({SharedKubeCluster.class, FailureLogs.class})
abstract class OneStack {
  ZenvoyStack stack;
  Workloads workloads;
  Evidence evidence;

  @BeforeAll
  final void startStack(KubeCluster cluster) {
    stack =
        ZenvoyStack.start(
            StackSettings.of(getClass().getSimpleName(), Redirect.NONE, XdsVariant.DELTA), cluster);
    workloads = new Workloads(stack);
    evidence = new Evidence(stack);
  }

  @AfterEach
  final void restoreRuntime() {
    stack.kubelet().runtime(stack.upstream());
  }

  @AfterAll
  final void stopStack() {
    stack.close();
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
