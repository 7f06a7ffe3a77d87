package io.zenvoy.xds.workloads.kubernetes;

import io.zenvoy.xds.model.ServicePolicy;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Settings of the Kubernetes adapter.
 *
 * @param defaults how services wake and sleep whose annotations say nothing else
 * @param takenPorts that no TCP listener may have, with what has them
 * @param tlsPort on which Envoys listen for TLS that they don't end
 * @param candidate this control plane, if it may be one of several; empty: it is the only one
 * @param kubeconfig the file to connect by; empty: as {@code KUBECONFIG}, {@code ~/.kube/config} or
 *     the pod's service account say, the first of them that is there
 */
public record KubernetesSettings(
    Namespaces namespaces,
    ServicePolicy defaults,
    Map<Integer, String> takenPorts,
    int tlsPort,
    Optional<Candidate> candidate,
    Optional<Path> kubeconfig) {
  public KubernetesSettings {
    takenPorts = Map.copyOf(takenPorts);
  }

  public KubernetesSettings(
      Namespaces namespaces,
      ServicePolicy defaults,
      Map<Integer, String> takenPorts,
      int tlsPort,
      Optional<Candidate> candidate) {
    this(namespaces, defaults, takenPorts, tlsPort, candidate, Optional.empty());
  }
}
