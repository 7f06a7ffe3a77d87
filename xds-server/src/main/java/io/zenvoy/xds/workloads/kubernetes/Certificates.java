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

  /** By scope, why its Secrets can't be read; empty: they are all known. */
  private final Map<Optional<String>, String> answers = new HashMap<>();

  private boolean watched;

  /**
   * @param watch begins to tell of Secrets; run once
   */
  Certificates(Runnable watch) {
    this.watch = watch;
  }

  void observed(ObservedSecret secret) {
    secrets.put(secret.name(), secret);
  }

  void gone(String secret) {
    secrets.remove(secret);
  }

  /**
   * Secrets can't be read, which is told again and again.
   *
   * @param scope a namespace; empty: all of them
   * @param status HTTP status
   * @return whether that is new
   */
  boolean refused(Optional<String> scope, int status) {
    String why =
        "Secrets can't be read, status %d (expected: a Role that lets zenvoy list and watch secrets)"
            .formatted(status);
    return !why.equals(answers.put(scope, why));
  }

  /** All Secrets of a scope were told. */
  void listed(Optional<String> scope) {
    answers.put(scope, "");
  }

  /** A Service wants what a Secret holds. */
  void wanted() {
    if (!watched) {
      watched = true;
      watch.run();
    }
  }

  /** Whether what becomes of a Secret concerns a Service. */
  static boolean concerns(
      String secret, ServiceDeclaration service, Optional<Certificate> lastGood) {
    return name(service).filter(secret::equals).isPresent()
        || lastGood.filter(last -> last.name().equals(secret)).isPresent();
  }

  /**
   * What a Service's Secret holds.
   *
   * @param lastGood of the same Service, which stays where there is nothing better; if it is of
   *     another Secret, as that one is now
   */
  Optional<Certificate> of(ServiceDeclaration service, Optional<Certificate> lastGood) {
    return service.secret().isEmpty()
        ? Optional.empty()
        : name(service)
            .flatMap(this::usable)
            .or(() -> lastGood.map(last -> usable(last.name()).orElse(last)));
  }

  /** What is wrong with a Service's Secret, in one line; nothing if it can be used. */
  Stream<String> problem(ServiceDeclaration service) {
    Optional<String> answer = answer(service.key().namespace());
    return name(service).stream()
        .filter(name -> usable(name).isEmpty() && answer.isPresent())
        .map(
            name ->
                "%s: \"%s\": %s"
                    .formatted(
                        Annotations.TLS_SECRET.key(),
                        service.secret().orElse(""),
                        why(name, answer.orElse(""))));
  }

  private String why(String name, String unreadable) {
    if (!unreadable.isEmpty()) {
      return unreadable;
    }
    ObservedSecret secret = secrets.get(name);
    return secret == null
        ? "there is no such Secret (expected: one of type "
            + CertificateReader.TYPE
            + " in the Service's namespace)"
        : secret.problem();
  }

  /** What is known of the Secrets of a namespace; empty: nothing yet. */
  private Optional<String> answer(String namespace) {
    return Optional.ofNullable(answers.get(Optional.of(namespace)))
        .or(() -> Optional.ofNullable(answers.get(Optional.<String>empty())));
  }

  private Optional<Certificate> usable(String name) {
    return Optional.ofNullable(secrets.get(name)).flatMap(ObservedSecret::certificate);
  }

  private static Optional<String> name(ServiceDeclaration service) {
    return service.secret().map(secret -> ObservedSecret.name(service.key().namespace(), secret));
  }
}
