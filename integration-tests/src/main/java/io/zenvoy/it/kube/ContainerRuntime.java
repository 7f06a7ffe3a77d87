package io.zenvoy.it.kube;

import java.io.IOException;

/** What {@link Kubelet} starts for each pod. Called on a thread of the pod's own. */
@FunctionalInterface
public interface ContainerRuntime {
  /**
   * Starts the pod's container.
   *
   * @param pod the pod's name
   * @param address the pod's own address; nobody listens on it yet
   */
  Container start(String pod, String address) throws IOException;
}
