package io.zenvoy.xds.workloads.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.zenvoy.xds.model.WorkloadKey;
import io.zenvoy.xds.model.WorkloadKey.Kind;
import io.zenvoy.xds.workloads.ScaleOutcome;
import io.zenvoy.xds.workloads.ScaleOutcome.Conflict;
import io.zenvoy.xds.workloads.ScaleOutcome.Missing;
import io.zenvoy.xds.workloads.ScaleOutcome.Refused;
import io.zenvoy.xds.workloads.ScaleOutcome.Scaled;
import io.zenvoy.xds.workloads.ScaleOutcome.Unanswered;
import io.zenvoy.xds.workloads.ScaleOutcome.Unavailable;
import io.zenvoy.xds.workloads.ScaleRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KubernetesScalerTest {
  private static final WorkloadKey ECHO = new WorkloadKey(Kind.DEPLOYMENT, "shop", "echo");
  private static final ScaleRequest WAKE = new ScaleRequest(ECHO, 0, "42", 1);
  private static final ScaleRequest SLEEP = new ScaleRequest(ECHO, 2, "42", 0);
  private static final String INVALID = "{\"kind\":\"Status\",\"message\":\"the  test\\nfailed\"}";

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final ManagedWorkloads managed = new ManagedWorkloads();
  private final TestingApiServer server = new TestingApiServer();
  private final KubernetesConnection connection;

  /** What is left of the leadership. */
  private Duration leadership = Duration.ofMinutes(1);

  private final KubernetesScaler scaler;

  KubernetesScalerTest(@TempDir Path folder) {
    connection = KubernetesConnection.open(Optional.of(server.kubeconfig(folder)), registry);
    scaler =
        new KubernetesScaler(
            new KubernetesApi(connection, registry), managed, limit -> allowed(limit));
  }

  private Duration allowed(Duration limit) {
    return limit.compareTo(leadership) < 0 ? limit : leadership;
  }

  @BeforeEach
  void manage() {
    managed.add(ECHO, TestingServices.ECHO);
  }

  @AfterEach
  void close() {
    connection.close();
    server.close();
  }

  @Test
  void aWakeIsOneJsonPatch() {
    server.answering(200, "{}");

    assertThat(scale(WAKE)).isEqualTo(new Scaled());

    assertThat(server.requests())
        .containsExactly(
            new TestingApiServer.Request(
                "PATCH",
                "/apis/apps/v1/namespaces/shop/deployments/echo/scale",
                "application/json-patch+json",
                ScalePatch.body(0, "42", 1, ScalePatch.Zero.ABSENT)));
    assertThat(
            registry
                .get("zenvoy_kubernetes_requests")
                .tags("operation", "scale", "outcome", "ok")
                .counter()
                .count())
        .isEqualTo(1);
  }

  @Test
  void whoDoesNotLeadWritesNothing() {
    leadership = Duration.ZERO;

    assertThat(scale(WAKE)).isEqualTo(new Unavailable("this control plane does not lead"));

    assertThat(server.requests()).isEmpty();
  }

  @Test
  void aWriteIsOverBeforeTheLeadership() {
    leadership = Duration.ofMillis(200);

    // Far sooner than a write's own limit, by whoever's clock rings first.
    assertThat(scale(WAKE)).isInstanceOf(Unanswered.class);
  }

  @Test
  void aWorkloadThatNoServiceNamesIsNotTouched() {
    managed.remove(ECHO, TestingServices.ECHO);

    assertThat(scale(WAKE)).isInstanceOf(Refused.class);
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void aFailedTestIsAConflictWithWhatIsThereNow() {
    server.answering(422, INVALID).answering(200, deployment(5, "43"));

    assertThat(scale(WAKE)).isEqualTo(new Conflict(5, "43"));
    assertThat(server.requests().getLast().path())
        .isEqualTo("/apis/apps/v1/namespaces/shop/deployments/echo");
  }

  @Test
  void whatSomebodyElseHasScaledToTheSameNumberIsAConflictToo() {
    server.answering(422, INVALID).answering(200, deployment(1, "43"));

    assertThat(scale(WAKE)).isEqualTo(new Conflict(1, "43"));
  }

  @Test
  void aZeroThatIsWrittenOutIsTriedToo() {
    server.answering(422, INVALID).answering(200, deployment(0, "42")).answering(200, "{}");

    assertThat(scale(WAKE)).isEqualTo(new Scaled());
    assertThat(server.requests().getLast().body())
        .isEqualTo(ScalePatch.body(0, "42", 1, ScalePatch.Zero.WRITTEN));
  }

  @Test
  void aPatchThatFailsAlthoughNothingChangedIsRefused() {
    server
        .answering(422, INVALID)
        .answering(200, deployment(0, "42"))
        .answering(422, INVALID)
        .answering(422, INVALID)
        .answering(200, deployment(2, "42"));

    assertThat(scale(WAKE)).isEqualTo(new Refused("HTTP 422: the test failed"));
    assertThat(scale(SLEEP)).isEqualTo(new Refused("HTTP 422: the test failed"));
  }

  @Test
  void aWorkloadThatIsGoneIsMissing() {
    server.answering(404, "{}").answering(422, INVALID).answering(404, "{}");

    assertThat(scale(SLEEP)).isEqualTo(new Missing());
    assertThat(scale(SLEEP)).isEqualTo(new Missing());
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 405, 415})
  void whatWillNotWorkUntilSomebodyChangesSomethingIsRefused(int status) {
    server.answering(status, "not JSON");

    assertThat(scale(SLEEP)).isEqualTo(new Refused("HTTP " + status));
    assertThat(server.requests()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {403, 409, 429})
  void whatMayWorkLaterIsUnavailableAndIsNotRepeatedHere(int status) {
    server.answering(status, "{\"kind\":\"Status\",\"message\":\"later\"}");

    assertThat(scale(SLEEP)).isEqualTo(new Unavailable("HTTP " + status + ": later"));
    assertThat(server.requests()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 503, 504})
  void ofAServersTimeOutNobodyKnowsWhetherTheWriteWasCarriedOut(int status) {
    server.answering(status, "{\"kind\":\"Status\",\"message\":\"later\"}");

    assertThat(scale(SLEEP)).isEqualTo(new Unanswered("HTTP " + status + ": later"));
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void anExpiredTokenIsRenewedOnceAndThenUnavailable() {
    server.answering(401, "{}").answering(401, "{}");

    assertThat(scale(SLEEP)).isEqualTo(new Unavailable("HTTP 401"));
    assertThat(connection.reachability().problem()).contains("does not accept the credentials");
  }

  @Test
  void aServerThatDoesNotAnswerIsGivenUpAfterThreeSeconds() {
    long before = System.nanoTime();

    assertThat(scale(SLEEP)).isInstanceOf(Unanswered.class);
    assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - before)).isBetween(2_500L, 6_000L);
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void aServerThatIsGoneDoesNotAnswer() {
    server.close();

    assertThat(scale(SLEEP)).isInstanceOf(Unanswered.class);
    assertThat(connection.reachability().problem()).contains("is unreachable");
  }

  private ScaleOutcome scale(ScaleRequest request) {
    CompletableFuture<ScaleOutcome> outcome = new CompletableFuture<>();
    scaler.scale(request, outcome::complete);
    return outcome.orTimeout(20, TimeUnit.SECONDS).join();
  }

  private static String deployment(int replicas, String version) {
    return """
        {"apiVersion":"apps/v1","kind":"Deployment",
         "metadata":{"namespace":"shop","name":"echo","resourceVersion":"%s"},
         "spec":{"replicas":%d,"selector":{},"template":{}}}"""
        .formatted(version, replicas);
  }
}
