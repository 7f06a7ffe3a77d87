package io.zenvoy.xds.workloads.kubernetes;

import io.fabric8.kubernetes.api.model.Secret;

/** Hands what a watch sees of TLS Secrets over to the event loop. */
final class SecretListener implements ResourceWatch.Listener<Secret> {
  private final EventLoop loop;
  private final Inventory inventory;
  private final Runnable whenAnswered;

  /**
   * @param whenAnswered run on the event loop once the Secrets were told that exist, or it was told
   *     that they must not be read
   */
  SecretListener(EventLoop loop, Inventory inventory, Runnable whenAnswered) {
    this.loop = loop;
    this.inventory = inventory;
    this.whenAnswered = whenAnswered;
  }

  @Override
  public void observed(Secret secret) {
    ObservedSecret observed = CertificateReader.read(secret);
    loop.execute(() -> inventory.secretObserved(observed));
  }

  @Override
  public void gone(Secret secret) {
    String name = secret.getMetadata().getNamespace() + "/" + secret.getMetadata().getName();
    loop.execute(() -> inventory.secretGone(name));
  }

  @Override
  public void listed() {
    loop.execute(
        () -> {
          inventory.secretsListed();
          whenAnswered.run();
        });
  }

  /** Without Secrets everything but TLS can be served. */
  @Override
  public void refused(int status) {
    if (status == 401 || status == 403) {
      loop.execute(
          () -> {
            inventory.secretsRefused(status);
            whenAnswered.run();
          });
    }
  }
}
