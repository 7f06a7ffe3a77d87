package io.zenvoy.xds.workloads.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.zenvoy.xds.model.Certificate;
import java.util.Optional;

/**
 * What zenvoy reads of a Secret of type {@code kubernetes.io/tls}.
 *
 * @param name {@code namespace/name}
 * @param certificate empty if what the Secret holds can't be used
 * @param problem why not, as what it is and what is expected; empty if it can
 */
record ObservedSecret(String name, Optional<Certificate> certificate, String problem) {
  static String name(String namespace, String secret) {
    return namespace + "/" + secret;
  }

  static String name(HasMetadata secret) {
    return name(secret.getMetadata().getNamespace(), secret.getMetadata().getName());
  }
}
