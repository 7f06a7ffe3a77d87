package io.zenvoy.xds.workloads.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.zenvoy.xds.model.ServiceKey;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KubernetesEventsTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-01T10:00:00.123Z"));

  /** How much more time has passed than the test takes. */
  private final AtomicLong passed = new AtomicLong();

  private final AtomicBoolean leads = new AtomicBoolean(true);

  /** How often the writer was told that it may not write. */
  private final AtomicInteger refusals = new AtomicInteger();

  private final TestingApiServer server = new TestingApiServer();
  private final KubernetesConnection connection;
  private final KubernetesEvents events;

  KubernetesEventsTest(@TempDir Path folder) {
    connection = KubernetesConnection.open(Optional.of(server.kubeconfig(folder)), registry);
    events =
        new KubernetesEvents(
            new EventClient(
                new KubernetesApi(connection, registry),
                service -> Optional.of("uid-of-" + service.name())),
            this::allowed,
            now::get,
            () -> System.nanoTime() + passed.get(),
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
    pass(Duration.ofMinutes(2));
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
    pass(Duration.ofHours(2));
    events.normal(TestingServices.ECHO, "Awake", "woken");

    awaitRequests(3);
    assertThat(server.requests().get(2).method()).isEqualTo("POST");
  }

  @Test
  void repetitionsAreWrittenAlthoughTheWallClockJumpedBack() {
    server.answering(201, "{}").answering(200, "{}");
    events.normal(TestingServices.ECHO, "Awake", "woken");
    awaitRequests(1);

    passed.addAndGet(Duration.ofMinutes(2).toNanos());
    now.updateAndGet(time -> time.minus(Duration.ofHours(3)));
    events.normal(TestingServices.ECHO, "Awake", "woken");

    awaitRequests(2);
    assertThat(server.requests().get(1).body())
        .isEqualTo("{\"count\":2,\"lastTimestamp\":\"2026-11-01T07:00:00Z\"}");
  }

  @Test
  void anEventThatIsRefusedForGoodIsDroppedAndCounted() {
    server.answering(422, "{}").answering(201, "{}");

    events.normal(TestingServices.ECHO, "Awake", "woken");
    events.normal(TestingServices.ECHO, "Asleep", "quiet");

    awaitRequests(2);
    await().until(() -> dropped() == 1);
  }

  @ParameterizedTest
  @ValueSource(ints = {403, 429, 500, 503})
  void anEventThatCantBeWrittenNowIsWrittenLaterWithTheTimeWhenItHappened(int status) {
    server.answering(status, "{}").answering(201, "{}");

    events.warning(TestingServices.ECHO, "WakeFailed", "no endpoint within 1m");
    awaitRequests(1);
    now.updateAndGet(time -> time.plus(Duration.ofMinutes(1)));

    awaitRequests(2);
    TestingApiServer.Request again = server.requests().get(1);
    assertThat(again).isEqualTo(server.requests().getFirst());
    assertThat(again.body()).contains("\"WakeFailed\"", "2026-11-01T10:00:00Z");
    assertThat(dropped()).isZero();
  }

  @Test
  void anEventWhoseFirstAnswerWasLostIsNotWrittenTwice() {
    server.answering(503, "{}").answering(409, "{}").answering(201, "{}");

    events.normal(TestingServices.ECHO, "Awake", "woken");
    awaitRequests(2);
    events.normal(TestingServices.ECHO, "Asleep", "quiet");

    awaitRequests(3);
    assertThat(server.requests().get(2).body()).contains("\"Asleep\"");
    assertThat(dropped()).isZero();
  }

  @Test
  void whatIsDeniedInOneNamespaceHoldsUpNoOther() {
    server.answering(403, "{}").answering(201, "{}").answering(201, "{}");

    events.warning(new ServiceKey("locked", "echo"), "WakeFailed", "no endpoint within 1m");
    events.warning(TestingServices.ECHO, "WakeFailed", "no endpoint within 1m");

    awaitRequests(3);
    assertThat(server.requests().stream().map(TestingApiServer.Request::path))
        .containsExactly(
            "/api/v1/namespaces/locked/events",
            "/api/v1/namespaces/default/events",
            "/api/v1/namespaces/locked/events");
  }

  @Test
  void whoDoesNotLeadWritesNothing() {
    server.answering(201, "{}");
    leads.set(false);
    events.warning(TestingServices.ECHO, "InvalidAnnotation", "zenvoy.io/replicas: \"x\"");
    leads.set(true);

    events.normal(TestingServices.ECHO, "Awake", "woken");

    awaitRequests(1);
    assertThat(server.requests().getFirst().body()).contains("\"Awake\"");
    assertThat(dropped()).isZero();
  }

  @Test
  void whatAFormerLeaderStillHadToWriteWaitsUntilItLeadsAgain() {
    server.answering(503, "{}");
    events.warning(TestingServices.ECHO, "WakeFailed", "no endpoint within 1m");
    awaitRequests(1);
    leads.set(false);
    pass(Duration.ofMinutes(1));
    await().atMost(Duration.ofSeconds(20)).until(() -> refusals.get() > 0);
    assertThat(server.requests()).hasSize(1);

    server.answering(201, "{}");
    leads.set(true);

    awaitRequests(2);
    assertThat(server.requests().get(1)).isEqualTo(server.requests().getFirst());
  }

  @Test
  void aFloodIsBoundedAndDoesNotBlock() {
    for (int number = 0; number < 5_000; number++) {
      events.warning(TestingServices.ECHO, "Flood", "number " + number);
    }

    assertThat(dropped()).isGreaterThanOrEqualTo(3_999);
  }

  private Duration allowed(Duration limit) {
    if (leads.get()) {
      return limit;
    }
    refusals.incrementAndGet();
    return Duration.ZERO;
  }

  private void pass(Duration time) {
    passed.addAndGet(time.toNanos());
    now.updateAndGet(before -> before.plus(time));
  }

  private double dropped() {
    return registry.get("zenvoy_kubernetes_events_dropped").counter().count();
  }

  private void awaitRequests(int count) {
    await().atMost(Duration.ofSeconds(20)).until(() -> server.requests().size() == count);
  }
}
