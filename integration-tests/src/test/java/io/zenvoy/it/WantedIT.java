package io.zenvoy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zenvoy.it.envoy.XdsVariant;
import io.zenvoy.it.kube.KubeCluster;
import io.zenvoy.it.kube.Services;
import io.zenvoy.it.kube.SharedKubeCluster;
import io.zenvoy.it.stack.Evidence;
import io.zenvoy.it.stack.Redirect;
import io.zenvoy.it.stack.StackSettings;
import io.zenvoy.it.stack.Workloads;
import io.zenvoy.it.stack.ZenvoyStack;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** How many replicas are woken, and what is woken although none of its own clients waits. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith({SharedKubeCluster.class, FailureLogs.class})
class WantedIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Up to a minute until it begins, and as much for a slow machine. */
  private static final Duration UNTIL_BEGIN = Duration.ofMinutes(2);

  private static final ZoneId KATHMANDU = ZoneId.of("Asia/Kathmandu");

  private ZenvoyStack stack;
  private Workloads workloads;
  private Evidence evidence;

  @BeforeAll
  void startStack(KubeCluster cluster) {
    stack =
        ZenvoyStack.start(StackSettings.of("WantedIT", Redirect.NONE, XdsVariant.DELTA), cluster);
    workloads = new Workloads(stack);
    evidence = new Evidence(stack);
  }

  @AfterAll
  void stopStack() {
    stack.close();
  }

  @Test
  void oneCallWakesAsManyReplicasAsTheServiceNames() throws Exception {
    workloads.makeAsleep("three", Map.of("replicas", "3", "scale-to-zero-after", "5m"));

    assertThat(stack.downstream().get("three", "/").statusCode()).isEqualTo(200);

    assertThat(workloads.replicas("three")).isEqualTo(3);
    assertThat(evidence.scaleWrites("three")).isEqualTo(1);
  }

  @Test
  void whatAServiceNamesIsWokenWithItAllTheWayAndInCircles() throws Exception {
    workloads.makeAsleep("web", Map.of("wake-with", "api, nobody"));
    workloads.makeAsleep("api", Map.of("wake-with", stack.namespace() + "/db"));
    workloads.makeAsleep("db", Map.of("wake-with", "web"));

    assertThat(stack.downstream().get("web", "/").statusCode()).isEqualTo(200);

    for (String name : List.of("web", "api", "db")) {
      await(name + " was woken")
          .atMost(PATIENCE)
          .until(() -> evidence.wakes(name, "ready") == 1 || evidence.isIn("awake", name));
    }
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(evidence.warnings("web"))
                    .anyMatch(warning -> warning.contains(stack.namespace() + "/nobody")));
    for (String name : List.of("web", "api", "db")) {
      workloads.awaitAsleep(name);
      assertThat(evidence.scaleWrites(name)).as(name + " up and down").isEqualTo(2);
    }
  }

  @Test
  void aScheduleWakesWithoutAClientAtItsBeginInItsZoneAndKeepsAwake() {
    ZonedDateTime begin =
        ZonedDateTime.now(KATHMANDU).plusSeconds(5).truncatedTo(ChronoUnit.MINUTES).plusMinutes(1);
    ZonedDateTime end = begin.plusMinutes(30);
    workloads.makeAsleep(
        "office", Map.of("schedule", cron(begin) + " to " + cron(end) + " " + KATHMANDU.getId()));
    assertThat(evidence.isIn("asleep", "office")).isTrue();

    await("it is woken").atMost(UNTIL_BEGIN).until(() -> evidence.isIn("awake", "office"));

    assertThat(ZonedDateTime.now(KATHMANDU)).isAfterOrEqualTo(begin);
    workloads.requireSteady("office", 1);
    assertThat(evidence.scaleWrites("office")).isEqualTo(1);

    annotate("office", Services.OPTED_IN);
    workloads.awaitAsleep("office");
  }

  private void annotate(String service, Map<String, String> annotations) {
    stack
        .cluster()
        .client()
        .services()
        .inNamespace(stack.namespace())
        .withName(service)
        .edit(
            found -> {
              found.getMetadata().setAnnotations(annotations);
              return found;
            });
  }

  private static String cron(ZonedDateTime time) {
    return "%d %d * * *".formatted(time.getMinute(), time.getHour());
  }
}
