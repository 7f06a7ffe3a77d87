package io.zenvoy.xds.workloads.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.zenvoy.xds.workloads.kubernetes.EventBacklog.Occurrence;
import io.zenvoy.xds.workloads.kubernetes.EventBacklog.Waiting;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class EventBacklogTest {
  private static final Instant TEN = Instant.parse("2026-11-01T10:00:00Z");

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000); // which overflows
  private final AtomicInteger dropped = new AtomicInteger();
  private final EventBacklog backlog =
      new EventBacklog(3, Duration.ofMinutes(10), nanos::get, dropped::incrementAndGet);

  @Test
  void theOldestComesFirstAndEachOnce() {
    add("a", "b");

    assertThat(poll()).isEqualTo("a");
    assertThat(poll()).isEqualTo("b");
    assertThat(poll()).isEmpty();
  }

  @Test
  void whatRepeatsWhileItWaitsIsCounted() {
    backlog.add(occurrence("a"), TEN);
    add("b");
    backlog.add(occurrence("a"), TEN.plusSeconds(5));

    Waiting event = backlog.poll().orElseThrow();
    assertThat(event.occurrence()).isEqualTo(occurrence("a"));
    assertThat(event.count()).isEqualTo(2);
    assertThat(event.first()).isEqualTo(TEN);
    assertThat(event.last()).isEqualTo(TEN.plusSeconds(5));
    assertThat(poll()).isEqualTo("b");
    assertThat(poll()).isEmpty();
  }

  @Test
  void whenTooManyWaitTheOldestIsDropped() {
    add("a", "b", "c", "d");

    assertThat(dropped).hasValue(1);
    assertThat(poll()).isEqualTo("b");
  }

  @Test
  void whatCouldNotBeWrittenIsDueAgainAfterItsPauseAndHoldsUpNoOther() {
    add("a", "b");
    backlog.retry(backlog.poll().orElseThrow(), Duration.ofSeconds(2));

    assertThat(poll()).isEqualTo("b");
    assertThat(poll()).isEmpty();
    pass(Duration.ofSeconds(2));
    Waiting again = backlog.poll().orElseThrow();
    assertThat(again.occurrence()).isEqualTo(occurrence("a"));
    assertThat(again.attempts()).isEqualTo(1);
  }

  @Test
  void whatIsPutBackKeepsItsNameAndItsPlaceAndCountsWhatCameMeanwhile() {
    add("a", "b");
    Waiting taken = backlog.poll().orElseThrow();
    add("a");
    backlog.putBack(taken);

    Waiting again = backlog.poll().orElseThrow();
    assertThat(again.occurrence()).isEqualTo(occurrence("a"));
    assertThat(again.name()).isEqualTo(taken.name());
    assertThat(again.count()).isEqualTo(2);
    assertThat(poll()).isEqualTo("b");
    assertThat(poll()).isEmpty();
  }

  @Test
  void whatIsPutBackWhenNoPlaceIsLeftIsDropped() {
    add("a");
    Waiting taken = backlog.poll().orElseThrow();
    add("b", "c", "d");
    backlog.putBack(taken);

    assertThat(dropped).hasValue(1);
    assertThat(poll()).isEqualTo("b");
  }

  @Test
  void nothingIsDueWhileItRests() {
    add("a");
    backlog.rest(Duration.ofSeconds(30));

    assertThat(poll()).isEmpty();
    pass(Duration.ofSeconds(30));
    assertThat(poll()).isEqualTo("a");
  }

  @Test
  void whatHasNotHappenedForTooLongIsDropped() {
    add("a", "b");
    pass(Duration.ofMinutes(6));
    add("b");
    pass(Duration.ofMinutes(6));

    assertThat(poll()).isEqualTo("b");
    assertThat(dropped).hasValue(1);
  }

  private void add(String... messages) {
    for (String message : messages) {
      backlog.add(occurrence(message), TEN);
    }
  }

  private String poll() {
    return backlog.poll().map(event -> event.occurrence().message()).orElse("");
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  private static Occurrence occurrence(String message) {
    return new Occurrence(TestingServices.ECHO, "Warning", "WakeFailed", message);
  }
}
