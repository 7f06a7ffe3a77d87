package io.zenvoy.it.kube;

import java.util.concurrent.CompletableFuture;

/** What runs in a pod that {@link Kubelet} has started. */
public interface Container extends AutoCloseable {
  /** Done when the pod may be called ready. A pod whose container never is, stays unready. */
  CompletableFuture<Void> ready();

  /** What SIGTERM does: returns when nothing runs any more. */
  @Override
  void close();
}
