package io.zenvoy.xds.workloads.kubernetes;

import io.zenvoy.xds.model.Certificate;
import java.util.Optional;

/**
 * What zenvoy reads of a Secret of type {@code kubernetes.io/tls}.
 *
 * @param name {@code namespace/name}
 * @param certificate empty if what the Secret holds can't be used
 * @param problem why not, as what it is and what is expected; empty if it can
 */
record ObservedSecret(String name, Optional<Certificate> certificate, String problem) {}
