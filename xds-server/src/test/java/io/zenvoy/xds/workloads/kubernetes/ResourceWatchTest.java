package io.zenvoy.xds.workloads.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Service;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResourceWatchTest {
  @TempDir Path folder;

  private final TestingApiServer server = new TestingApiServer();
  private final List<String> told = new CopyOnWriteArrayList<>();
  private KubernetesConnection connection;

  @BeforeEach
  void connect() {
    connection =
        KubernetesConnection.open(
            Optional.of(server.kubeconfig(folder)), new SimpleMeterRegistry());
  }

  @AfterEach
  void stop() {
    connection.close();
    server.close();
  }

  @Test
  void anInformerThatStopsByItselfIsFollowedByOneThatTellsWhatChangedMeanwhile() {
    server
        .answering(200, list(1, Map.of("gone", 1, "same", 1, "changed", 1)))
        .answering(403, "") // of the watch: by it the listener below ends the informer
        .answering(200, list(3, Map.of("same", 1, "changed", 2, "new", 3)));
    try (ResourceWatch<Service> watch = watch()) {
      watch.start();

      await().until(() -> told.stream().filter("listed"::equals).count() == 2);

      int first = told.indexOf("listed");
      assertThat(told.subList(0, first))
          .containsExactlyInAnyOrder("observed gone 1", "observed same 1", "observed changed 1");
      List<String> afterwards = told.subList(first + 1, told.size());
      assertThat(afterwards)
          .containsExactlyInAnyOrder(
              "refused 403",
              "changed same 1",
              "changed changed 2",
              "observed new 3",
              "gone gone",
              "listed");
      assertThat(afterwards).endsWith("gone gone", "listed");
    }
  }

  private ResourceWatch<Service> watch() {
    return new ResourceWatch<>(
        connection.client().services().inNamespace("shop"),
        Service::new,
        new ResourceWatch.Listener<>() {
          @Override
          public void observed(Service service) {
            told.add("observed " + describe(service));
          }

          @Override
          public void changed(Service before, Service service) {
            told.add("changed " + describe(service));
          }

          @Override
          public void gone(Service service) {
            told.add("gone " + service.getMetadata().getName());
          }

          @Override
          public void listed() {
            told.add("listed");
          }

          @Override
          public void refused(int status) {
            told.add("refused " + status);
            throw new IllegalStateException("ends the informer");
          }
        });
  }

  /** Reads what only a whole object has. */
  private static String describe(Service service) {
    return service.getMetadata().getName()
        + " "
        + service.getSpec().getPorts().getFirst().getPort();
  }

  private static String list(int version, Map<String, Integer> portsByName) {
    return portsByName.entrySet().stream()
        .map(
            service ->
                """
                {"metadata": {"namespace": "shop", "name": "%s", "resourceVersion": "%d"},
                 "spec": {"ports": [{"port": %d}]}}"""
                    .formatted(service.getKey(), service.getValue(), service.getValue()))
        .collect(
            Collectors.joining(
                ",",
                """
                {"apiVersion": "v1", "kind": "ServiceList",
                 "metadata": {"resourceVersion": "%d"}, "items": ["""
                    .formatted(version),
                "]}"));
  }
}
