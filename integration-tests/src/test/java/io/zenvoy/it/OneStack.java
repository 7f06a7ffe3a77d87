package io.zenvoy.it;

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
}
