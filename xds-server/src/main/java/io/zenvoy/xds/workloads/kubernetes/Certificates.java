package io.zenvoy.xds.workloads.kubernetes;

import io.zenvoy.xds.model.Certificate;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The Secrets that Services name. They are watched from the first such Service on, so that zenvoy
 * needs no right to read Secrets where nobody wants TLS to be ended.
 *
 * <p>Owned by the {@link Inventory}.
 */
final class Certificates {
  private final Runnable watch;
  private final Map<String, ObservedSecret> secrets = new HashMap<>();
  private boolean watched;
  private String unreadable = "";

  /**
   * @param watch begins to tell of Secrets; run once
   */
  Certificates(Runnable watch) {
    this.watch = watch;
  }

  void observed(ObservedSecret secret) {
    unreadable = "";
    secrets.put(secret.name(), secret);
  }

  void gone(String secret) {
    secrets.remove(secret);
  }

  /**
   * Secrets can't be read.
   *
   * @param status HTTP status
   */
  void refused(int status) {
    unreadable =
        "Secrets can't be read, status %d (expected: a Role that lets zenvoy list and watch secrets)"
            .formatted(status);
  }

  /** Secrets can be read. */
  void listed() {
    unreadable = "";
  }

  /** A Service wants what a Secret holds. */
  void wanted() {
    if (!watched) {
      watched = true;
      watch.run();
    }
  }

  /**
   * What a Service's Secret holds.
   *
   * @param lastGood of the same Service, which stays where there is nothing better
   */
  Optional<Certificate> of(ServiceDeclaration service, Optional<Certificate> lastGood) {
    return service.secret().isEmpty() ? Optional.empty() : found(service).or(() -> lastGood);
  }

  private Optional<Certificate> found(ServiceDeclaration service) {
    return secret(service).flatMap(ObservedSecret::certificate);
  }

  /** What is wrong with a Service's Secret, in one line; nothing if it can be used. */
  Stream<String> problem(ServiceDeclaration service) {
    return service.secret().stream()
        .filter(name -> found(service).isEmpty())
        .map(
            name ->
                "%s: \"%s\": %s"
                    .formatted(Annotations.TLS_SECRET.key(), name, why(secret(service))));
  }

  private String why(Optional<ObservedSecret> secret) {
    if (!unreadable.isEmpty()) {
      return unreadable;
    }
    return secret
        .map(ObservedSecret::problem)
        .orElse(
            "there is no such Secret (expected: one of type "
                + CertificateReader.TYPE
                + " in the Service's namespace)");
  }

  private Optional<ObservedSecret> secret(ServiceDeclaration service) {
    return service.secret().map(name -> secrets.get(service.key().namespace() + "/" + name));
  }
}
