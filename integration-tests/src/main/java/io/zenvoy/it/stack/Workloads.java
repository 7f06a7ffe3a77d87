package io.zenvoy.it.stack;

import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.zenvoy.it.kube.Services;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes a stack's services and looks at their replicas. Waits for a minute at most. */
public final class Workloads {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration OFTEN = Duration.ofMillis(50);

  private final ZenvoyStack stack;
  private final KubernetesClient client;

  public Workloads(ZenvoyStack stack) {
    this.stack = stack;
    this.client = stack.cluster().client();
  }

  /** A Deployment at zero with a Service that opted in; returns once Envoy has a route to it. */
  public void makeAsleep(String name) {
    makeAsleep(name, Map.of());
  }

  /**
   * The same with further annotations.
   *
   * @param annotations names without the prefix {@code zenvoy.io/}
   */
  public void makeAsleep(String name, Map<String, String> annotations) {
    make(name, annotations);
    awaitDomain(name);
  }

  /** The same without waiting for Envoy. */
  public void make(String name, Map<String, String> annotations) {
    client.resource(Services.deployment(stack.namespace(), name, 0)).create();
    makeService(stack.namespace(), name, annotations);
  }

  /**
   * A Deployment at zero with a Service that opted in and has ports of its own; does not wait for
   * Envoy.
   */
  public void make(String name, Map<String, String> annotations, List<ServicePort> ports) {
    client.resource(Services.deployment(stack.namespace(), name, 0)).create();
    client
        .resource(Services.service(stack.namespace(), name, name, optedIn(annotations), ports))
        .create();
  }

  /**
   * Changes all annotations of a Service.
   *
   * @param annotations with their prefix
   */
  public void annotate(String service, Map<String, String> annotations) {
    client
        .services()
        .inNamespace(stack.namespace())
        .withName(service)
        .edit(
            found -> {
              found.getMetadata().setAnnotations(annotations);
              return found;
            });
  }

  /** A Service that opted in. */
  public void makeService(String namespace, String name, Map<String, String> annotations) {
    client.resource(Services.service(namespace, name, optedIn(annotations))).create();
  }

  private static Map<String, String> optedIn(Map<String, String> annotations) {
    Map<String, String> all = new HashMap<>(Services.OPTED_IN);
    annotations.forEach((key, value) -> all.put("zenvoy.io/" + key, value));
    return all;
  }

  /** Blocks until Envoy routes a host. */
  public void awaitDomain(String host) {
    await("Envoy routes " + host)
        .atMost(PATIENCE)
        .pollInterval(OFTEN)
        .until(() -> stack.envoy().domains().contains(host));
  }

  /** A Deployment with so many replicas and a Service that opted in; returns once Envoy routes. */
  public void makeAwake(String name, int replicas, Map<String, String> annotations) {
    client.resource(Services.deployment(stack.namespace(), name, replicas)).create();
    makeService(stack.namespace(), name, annotations);
    awaitDomain(name);
  }

  /** Asks the Deployment in the home namespace to have so many replicas, as people do. */
  public void scale(String name, int replicas) {
    client.apps().deployments().inNamespace(stack.namespace()).withName(name).scale(replicas);
  }

  /** How many replicas the Deployment in the home namespace is asked to have. */
  public int replicas(String name) {
    return replicas(stack.namespace(), name);
  }

  /** How many replicas a Deployment is asked to have. */
  public int replicas(String namespace, String name) {
    return client
        .apps()
        .deployments()
        .inNamespace(namespace)
        .withName(name)
        .require()
        .getSpec()
        .getReplicas();
  }

  /** Blocks until the Deployment in the home namespace is asked to have so many replicas. */
  public void awaitReplicas(String name, int replicas) {
    await(name + " is at " + replicas)
        .atMost(PATIENCE)
        .pollInterval(OFTEN)
        .until(() -> replicas(name) == replicas);
  }

  /** Blocks until the Deployment is at zero and its pods are gone. */
  public void awaitAsleep(String name) {
    awaitReplicas(name, 0);
    await(name + " has no pod")
        .atMost(PATIENCE)
        .pollInterval(OFTEN)
        .until(
            () ->
                client
                    .pods()
                    .inNamespace(stack.namespace())
                    .withLabel("app", name)
                    .list()
                    .getItems()
                    .isEmpty());
  }

  /** Fails if the Deployment is at another number of replicas at any time within three windows. */
  public void requireSteady(String name, int replicas) {
    await(name + " stays at " + replicas)
        .pollInterval(OFTEN)
        .during(Duration.ofSeconds(6))
        .atMost(Duration.ofSeconds(20))
        .until(() -> replicas(name) == replicas);
  }
}
