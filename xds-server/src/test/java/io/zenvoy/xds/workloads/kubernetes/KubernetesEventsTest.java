package io.zenvoy.xds.workloads.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KubernetesEventsTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-01T10:00:00.123Z"));
  private final TestingApiServer server = new TestingApiServer();
  private final KubernetesConnection connection;
  private final KubernetesEvents events;

  KubernetesEventsTest(@TempDir Path folder) {
    connection = KubernetesConnection.open(Optional.of(server.kubeconfig(folder)), registry);
    events =
        new KubernetesEvents(
            new KubernetesApi(connection, registry),
            service -> Optional.of("uid-of-" + service.name()),
            now::get,
            registry);
    events.start();
  }

  @AfterEach
  void close() {
    events.close();
    connection.close();
    server.close();
  }

  @Test
  void anEventIsOfItsService() {
    server.answering(201, "{}");

    events.warning(TestingServices.ECHO, "WakeFailed", "no endpoint within 1m");

    awaitRequests(1);
    TestingApiServer.Request request = server.requests().getFirst();
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.path()).isEqualTo("/api/v1/namespaces/default/events");
    Event event = Serialization.unmarshal(request.body(), Event.class);
    assertThat(event.getType()).isEqualTo("Warning");
    assertThat(event.getReason()).isEqualTo("WakeFailed");
    assertThat(event.getMessage()).isEqualTo("no endpoint within 1m");
    assertThat(event.getInvolvedObject().getKind()).isEqualTo("Service");
    assertThat(event.getInvolvedObject().getName()).isEqualTo("echo");
    assertThat(event.getInvolvedObject().getUid()).isEqualTo("uid-of-echo");
    assertThat(event.getFirstTimestamp()).isEqualTo("2026-11-01T10:00:00Z");
  }

  @Test
  void whatRepeatsIsWrittenOnceAMinuteAndCounted() {
    server.answering(201, "{}").answering(200, "{}").answering(201, "{}");

    events.normal(TestingServices.ECHO, "Awake", "woken");
    events.normal(TestingServices.ECHO, "Awake", "woken");
    events.normal(TestingServices.ECHO, "Asleep", "quiet");
    awaitRequests(2);
    now.updateAndGet(time -> time.plus(Duration.ofMinutes(2)));
    events.normal(TestingServices.ECHO, "Awake", "woken");
    awaitRequests(3);

    assertThat(server.requests().get(1).body()).contains("\"Asleep\"");
    TestingApiServer.Request update = server.requests().get(2);
    assertThat(update.method()).isEqualTo("PATCH");
    assertThat(update.contentType()).isEqualTo("application/merge-patch+json");
    assertThat(update.body()).isEqualTo("{\"count\":3,\"lastTimestamp\":\"2026-11-01T10:02:00Z\"}");
  }

  @Test
  void anEventThatKubernetesForgotIsWrittenAnew() {
    server.answering(201, "{}").answering(404, "{}").answering(201, "{}");

    events.normal(TestingServices.ECHO, "Awake", "woken");
    awaitRequests(1);
    now.updateAndGet(time -> time.plus(Duration.ofHours(2)));
    events.normal(TestingServices.ECHO, "Awake", "woken");

    awaitRequests(3);
    assertThat(server.requests().get(2).method()).isEqualTo("POST");
  }

  @Test
  void anEventThatIsForbiddenIsDroppedAndCounted() {
    server.answering(403, "{}").answering(201, "{}");

    events.normal(TestingServices.ECHO, "Awake", "woken");
    events.normal(TestingServices.ECHO, "Asleep", "quiet");

    awaitRequests(2);
    await().until(() -> registry.get("zenvoy_kubernetes_events_dropped").counter().count() == 1);
  }

  @Test
  void aFloodIsBoundedAndDoesNotBlock() {
    for (int number = 0; number < 5_000; number++) {
      events.warning(TestingServices.ECHO, "Flood", "number " + number);
    }

    assertThat(registry.get("zenvoy_kubernetes_events_dropped").counter().count())
        .isGreaterThanOrEqualTo(3_999);
  }

  private void awaitRequests(int count) {
    await().atMost(Duration.ofSeconds(20)).until(() -> server.requests().size() == count);
  }
}
