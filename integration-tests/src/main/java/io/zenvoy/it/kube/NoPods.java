package io.zenvoy.it.kube;

import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;

/** A quota that forbids every pod of a namespace, in force until it is closed. */
public final class NoPods implements AutoCloseable {
  public static final String NAME = "no-pods";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final KubernetesClient client;
  private final String namespace;

  private NoPods(KubernetesClient client, String namespace) {
    this.client = client;
    this.namespace = namespace;
  }

  /** Returns once it is in force. */
  public static NoPods in(KubernetesClient client, String namespace) {
    client
        .resource(
            new ResourceQuotaBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(NAME)
                .endMetadata()
                .withNewSpec()
                .withHard(Map.of("pods", new Quantity("0")))
                .endSpec()
                .build())
        .create();
    Awaitility.await("the quota is in force")
        .atMost(PATIENCE)
        .until(
            () ->
                client
                        .resourceQuotas()
                        .inNamespace(namespace)
                        .withName(NAME)
                        .require()
                        .getStatus()
                        .getHard()
                    != null);
    return new NoPods(client, namespace);
  }

  @Override
  public void close() {
    client.resourceQuotas().inNamespace(namespace).withName(NAME).delete();
  }
}
