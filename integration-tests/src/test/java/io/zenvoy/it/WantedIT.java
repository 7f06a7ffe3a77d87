package io.zenvoy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zenvoy.it.kube.Services;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How many replicas are woken, and what is woken although none of its own clients waits. */
class WantedIT extends OneStack {
  /** Up to a minute until it begins, and as much for a slow machine. */
  private static final Duration UNTIL_BEGIN = Duration.ofMinutes(2);

  private static final ZoneId KATHMANDU = ZoneId.of("Asia/Kathmandu");

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

    workloads.annotate("office", Services.OPTED_IN);
    workloads.awaitAsleep("office");
  }

  private static String cron(ZonedDateTime time) {
    return "%d %d * * *".formatted(time.getMinute(), time.getHour());
  }
}
