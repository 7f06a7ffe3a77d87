package io.zenvoy.it.faults;

import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.zenvoy.it.Pause;
import io.zenvoy.it.kube.Services;
import io.zenvoy.it.stack.ZenvoyStack;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;

/**
 * Creates and deletes Services at a steady pace: one request each, over the few HTTP/2 connections
 * of the client. They share some Deployments at zero, so that nothing but the Services changes, and
 * have no cluster IP: the API server gives those out and takes them back one at a time, some 90 a
 * second on two cores.
 */
final class ServiceChurn {
  /** Enough to hide what a request takes while the API server is busy. */
  private static final int CHANGES_AT_A_TIME = 64;

  private final KubernetesClient client;
  private final String namespace;
  private final List<String> deployments;

  /**
   * @param deployments those that the Services name in turn; they exist
   */
  ServiceChurn(ZenvoyStack stack, List<String> deployments) {
    this.client = stack.cluster().client();
    this.namespace = stack.namespace();
    this.deployments = deployments;
  }

  /**
   * Makes Services, and deletes each when so many others were made after it; returns when the API
   * server has answered all of it.
   *
   * @param pause from one creation to the next; it takes longer if the API server does
   */
  void run(List<String> names, int alive, Duration pause) {
    List<CompletableFuture<Void>> creations = new ArrayList<>();
    List<CompletableFuture<Void>> deletions = new ArrayList<>();
    long start = System.nanoTime();
    try (var threads =
        Executors.newFixedThreadPool(CHANGES_AT_A_TIME, Thread.ofVirtual().factory())) {
      for (int index = 0; index < names.size(); index++) {
        String name = names.get(index);
        String target = deployments.get(index % deployments.size());
        creations.add(CompletableFuture.runAsync(() -> create(name, target), threads));
        if (index >= alive) {
          String old = names.get(index - alive);
          deletions.add(creations.get(index - alive).thenRunAsync(() -> delete(old), threads));
        }
        long due = start + pause.toNanos() * index;
        Pause.of(Duration.ofNanos(Math.max(0, due - System.nanoTime())));
      }
      creations.forEach(CompletableFuture::join);
      deletions.forEach(CompletableFuture::join);
    }
  }

  private void create(String name, String target) {
    Map<String, String> annotations = new HashMap<>(Services.OPTED_IN);
    annotations.put("zenvoy.io/target", "deployment/" + target);
    Service service =
        new ServiceBuilder(Services.service(namespace, name, annotations))
            .editSpec()
            .withClusterIP("None")
            .endSpec()
            .build();
    client.raw(path(), "POST", service);
  }

  private void delete(String name) {
    client.raw(path() + "/" + name, "DELETE", null);
  }

  private String path() {
    return "/api/v1/namespaces/" + namespace + "/services";
  }
}
