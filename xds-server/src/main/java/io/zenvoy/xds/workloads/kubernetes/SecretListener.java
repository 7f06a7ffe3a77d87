package io.zenvoy.xds.workloads.kubernetes;

import io.fabric8.kubernetes.api.model.Secret;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Hands what a watch sees of TLS Secrets over to the event loop. */
final class SecretListener implements ResourceWatch.Listener<Secret> {
  /** An API server that has just started may refuse what it will allow. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final EventLoop loop;
  private final Inventory inventory;
  private final Optional<String> scope;
  private final Runnable whenAnswered;
  private final LongSupplier clock;

  /** Owned by the event loop. */
  private @Nullable Long firstRefusedNanos;

  /**
   * @param scope the namespace that is watched; empty: all of them
   * @param whenAnswered run on the event loop once the Secrets were told that exist, or it is clear
   *     that they must not be read
   * @param clock nanoseconds with any origin
   */
  SecretListener(
      EventLoop loop,
      Inventory inventory,
      Optional<String> scope,
      Runnable whenAnswered,
      LongSupplier clock) {
    this.loop = loop;
    this.inventory = inventory;
    this.scope = scope;
    this.whenAnswered = whenAnswered;
    this.clock = clock;
  }

  @Override
  public void observed(Secret secret) {
    ObservedSecret observed = CertificateReader.read(secret);
    loop.execute(() -> inventory.secretObserved(observed));
  }

  @Override
  public void gone(Secret secret) {
    String name = ObservedSecret.name(secret);
    loop.execute(() -> inventory.secretGone(name));
  }

  @Override
  public void listed() {
    loop.execute(
        () -> {
          firstRefusedNanos = null;
          inventory.secretsListed(scope);
          whenAnswered.run();
        });
  }

  @Override
  public void refused(int status) {
    if (status == 401 || status == 403) {
      loop.execute(() -> mustNotBeRead(status));
    }
  }

  /** Without Secrets everything but TLS can be served. */
  private void mustNotBeRead(int status) {
    Long first = firstRefusedNanos;
    if (first == null) {
      firstRefusedNanos = clock.getAsLong();
    } else if (clock.getAsLong() - first >= PATIENCE.toNanos()) {
      inventory.secretsRefused(scope, status);
      whenAnswered.run();
    }
  }
}
