package io.zenvoy.xds.workloads.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import java.util.Optional;

/** Narrows a resource to what is watched. */
final class Scope {
  private Scope() {}

  /** The objects of a namespace; empty: of all. */
  static <T extends HasMetadata> Informable<T> of(
      MixedOperation<T, ?, ?> resources, Optional<String> namespace) {
    return namespace.isPresent()
        ? resources.inNamespace(namespace.get())
        : resources.inAnyNamespace();
  }

  /** Of these, the objects whose field has a value. */
  static <T extends HasMetadata> Informable<T> of(
      MixedOperation<T, ?, ?> resources, Optional<String> namespace, String field, String value) {
    return namespace.isPresent()
        ? resources.inNamespace(namespace.get()).withField(field, value)
        : resources.inAnyNamespace().withField(field, value);
  }
}
