package io.zenvoy.tproxy.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class RehearsalTest {

  @Test
  void everyWakeSucceedsAndLeavesNothing() throws Exception {
    try (TestingLoop eventLoop = new TestingLoop()) {
      warmUp(eventLoop);
      long before = openFiles();
      RehearsalStage stage = eventLoop.call(() -> new RehearsalStage(eventLoop.loop()));
      for (int count = 0; count < 20; count++) {
        RehearsalStage.Wake wake = eventLoop.call(() -> stage.new Wake());
        await().pollInterval(Duration.ofMillis(1)).until(() -> eventLoop.call(wake::goOn));
      }
      assertThat(openFiles()).isGreaterThan(before);
      eventLoop.run(stage::close);
      await().untilAsserted(() -> assertThat(openFiles()).isLessThanOrEqualTo(before));
    }
  }

  @Test
  void isOverBeforeAllWakesIfTheProgramEnds() throws Exception {
    try (TestingLoop eventLoop = new TestingLoop()) {
      warmUp(eventLoop);
      long before = openFiles();
      Rehearsal rehearsal = Rehearsal.begin(eventLoop.loop(), Integer.MAX_VALUE);
      rehearsal.first().join();
      eventLoop.run(rehearsal::close);
      await().untilAsserted(() -> assertThat(openFiles()).isLessThanOrEqualTo(before));
    }
  }

  @Test
  void waitsUntilNobodyIsConnected() throws Exception {
    try (TestingLoop eventLoop = new TestingLoop()) {
      warmUp(eventLoop);
      long before = openFiles();
      eventLoop.ledger().waiting().incrementAndGet();
      Rehearsal rehearsal = Rehearsal.begin(eventLoop.loop(), 2);
      rehearsal.first().join();
      await()
          .during(Duration.ofMillis(500))
          .untilAsserted(() -> assertThat(openFiles()).isGreaterThan(before));
      eventLoop.ledger().waiting().decrementAndGet();
      await().untilAsserted(() -> assertThat(openFiles()).isLessThanOrEqualTo(before));
    }
  }

  /** What Java and the event loop open once is open from then on. */
  private static void warmUp(TestingLoop eventLoop) throws Exception {
    Rehearsal rehearsal = Rehearsal.begin(eventLoop.loop(), 1);
    rehearsal.first().join();
    eventLoop.run(rehearsal::close);
  }

  private static long openFiles() throws Exception {
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      return files.count();
    }
  }
}
