package io.zenvoy.it.kube;

import io.fabric8.kubernetes.api.model.BindingBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Plays kubelet and scheduler for one namespace: binds its pods to the node, starts their
 * containers, makes them ready with an address of their own, and lets them go when they are
 * deleted. What follows, above all the EndpointSlices, is controller-manager's own work.
 * Thread-safe.
 */
public final class Kubelet implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Kubelet.class);
  private static final Duration PAUSE = Duration.ofMillis(200);

  private final KubeCluster cluster;
  private final KubernetesClient client;
  private final String namespace;
  private final Map<String, CompletableFuture<Container>> containers = new ConcurrentHashMap<>();
  private final SharedIndexInformer<Pod> informer;
  private volatile ContainerRuntime runtime;
  private volatile boolean closed;

  /**
   * @param runtime what the pods run
   */
  public Kubelet(KubeCluster cluster, String namespace, ContainerRuntime runtime) {
    this.cluster = cluster;
    this.client = cluster.client();
    this.namespace = namespace;
    this.runtime = runtime;
    this.informer =
        client
            .pods()
            .inNamespace(namespace)
            .runnableInformer(0)
            .addEventHandler(new Handler())
            .exceptionHandler((began, error) -> true);
  }

  /** Starts to serve the namespace; returns when all pods of this moment were seen. */
  public void start() {
    informer.run();
  }

  /** What the pods run that are started from now on. */
  public void runtime(ContainerRuntime other) {
    runtime = other;
  }

  /** Stops the containers; the pods stay as they are. */
  @Override
  public void close() {
    closed = true;
    informer.close();
    containers.values().forEach(Kubelet::closeIfStarted);
  }

  private final class Handler implements ResourceEventHandler<Pod> {
    @Override
    public void onAdd(Pod pod) {
      handle(pod);
    }

    @Override
    public void onUpdate(Pod before, Pod pod) {
      handle(pod);
    }

    @Override
    public void onDelete(Pod pod, boolean finalStateUnknown) {
      CompletableFuture<Container> container = containers.remove(pod.getMetadata().getUid());
      if (container != null) {
        closeIfStarted(container);
      }
    }
  }

  private void handle(Pod pod) {
    String uid = pod.getMetadata().getUid();
    if (pod.getMetadata().getDeletionTimestamp() != null) {
      CompletableFuture<Container> container = containers.get(uid);
      if (container != null) {
        Thread.ofVirtual().name("stop " + name(pod)).start(() -> stop(pod, container));
      }
      return;
    }
    CompletableFuture<Container> container = new CompletableFuture<>();
    if (containers.putIfAbsent(uid, container) == null) {
      Thread.ofVirtual().name("start " + name(pod)).start(() -> start(pod, container));
    }
  }

  private void start(Pod pod, CompletableFuture<Container> started) {
    try {
      String address = cluster.newPodAddress();
      persistently(() -> bind(pod));
      Container container = runtime.start(name(pod), address);
      started.complete(container);
      if (!container.ready().isDone()) {
        persistently(() -> patchStatus(pod, address, "False"));
      }
      container.ready().get();
      persistently(() -> patchStatus(pod, address, "True"));
    } catch (IOException | KubernetesClientException | ExecutionException e) {
      started.completeExceptionally(e);
      log.atWarn().addKeyValue("pod", name(pod)).setCause(e).log("pod not started");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void bind(Pod pod) {
    client
        .bindings()
        .inNamespace(namespace)
        .resource(
            new BindingBuilder()
                .withNewMetadata()
                .withName(name(pod))
                .endMetadata()
                .withNewTarget()
                .withApiVersion("v1")
                .withKind("Node")
                .withName(KubeCluster.NODE)
                .endTarget()
                .build())
        .create();
  }

  private void patchStatus(Pod pod, String address, String ready) {
    String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    String status =
        """
        {"status": {"phase": "Running", "podIP": "%1$s", "podIPs": [{"ip": "%1$s"}],
          "conditions": [{"type": "Ready", "status": "%2$s", "lastTransitionTime": "%3$s"}]}}
        """
            .formatted(address, ready, now);
    client
        .pods()
        .inNamespace(namespace)
        .withName(name(pod))
        .subresource("status")
        .patch(PatchContext.of(PatchType.JSON_MERGE), status);
  }

  private void stop(Pod pod, CompletableFuture<Container> container) {
    container.thenAccept(Container::close).exceptionally(neverStarted -> null).join();
    persistently(
        () -> client.pods().inNamespace(namespace).withName(name(pod)).withGracePeriod(0).delete());
  }

  /**
   * Repeats a request, as a kubelet does, while the API server is away or has only just started.
   */
  private void persistently(Runnable request) {
    while (true) {
      try {
        request.run();
        return;
      } catch (KubernetesClientException e) {
        if (closed || !passes(e.getCode())) {
          throw e;
        }
      }
      try {
        Thread.sleep(PAUSE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /** No answer at all has no positive status; an API server that starts denies everything. */
  private static boolean passes(int status) {
    return status <= 0 || status == 403 || status == 429 || status >= 500;
  }

  private static void closeIfStarted(CompletableFuture<Container> container) {
    if (container.state() == Future.State.SUCCESS) {
      container.resultNow().close();
    }
  }

  private static String name(Pod pod) {
    return pod.getMetadata().getName();
  }
}
