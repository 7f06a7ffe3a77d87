package io.zenvoy.tproxy.proxy;

import io.zenvoy.tproxy.proxy.ScheduleRun.Then;
import io.zenvoy.tproxy.proxy.Step.Kind;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Schedules that have shown a defect, as short as they could be made. */
final class FoundSchedulesTest {
  private ScheduleRun runner;

  @BeforeEach
  void start() throws IOException {
    runner = new ScheduleRun();
  }

  @AfterEach
  void stop() {
    runner.close();
  }

  @Test
  void aConnectionWhoseClusterIsNotKnownYetHoldsTheEndBack() throws IOException {
    run(Then.REST, step(Kind.CONNECT, 2), step(Kind.SETTLE, 0));
  }

  @Test
  void aResetIsNoEndAlsoIfTheEndpointWasAboutToAnswer() throws IOException {
    run(
        Then.REST,
        step(Kind.ENDPOINTS, 0),
        step(Kind.CONNECT, 0),
        step(Kind.SETTLE, 0),
        step(Kind.UPSTREAM_SEND, 1),
        step(Kind.RESET, 0),
        step(Kind.SETTLE, 0));
  }

  @Test
  void whoeverWaitedForATableIsNotBehindThoseThatCameLater() throws IOException {
    run(
        Then.REST,
        step(Kind.CONNECT, 2),
        step(Kind.CONNECT, 0),
        step(Kind.SETTLE, 0),
        step(Kind.CONNECT, 0),
        step(Kind.SLOT, 6),
        step(Kind.SETTLE, 0));
  }

  @Test
  void figuresOutliveATableThatReachesOneEventLoopLate() throws IOException {
    run(
        Then.REST,
        step(Kind.ENDPOINTS, 0),
        step(Kind.SETTLE, 0),
        step(Kind.CLUSTER, 0),
        step(Kind.CLUSTER, 0),
        step(Kind.TURN, 0),
        step(Kind.CONNECT, 0),
        step(Kind.TURN, 0),
        step(Kind.TURN, 0),
        step(Kind.RESET, 0),
        step(Kind.TURN, 0),
        step(Kind.TURN, 1),
        step(Kind.CONNECT, 1),
        step(Kind.CONNECT, 0),
        step(Kind.SETTLE, 0));
  }

  @Test
  void aTimerThatIsDueAtTheEndOpensNothing() throws IOException {
    run(
        Then.END,
        step(Kind.CONNECT, 2),
        step(Kind.CLOSE, 0),
        step(Kind.CONNECT, 2),
        step(Kind.SETTLE, 0),
        step(Kind.SEND, 1),
        step(Kind.CLOSE, 0),
        step(Kind.TURN, 1),
        step(Kind.TIME, 170));
  }

  @Test
  void anEndpointThatMustNotBeDialledNeedsNoTurn() throws IOException {
    run(
        Then.REST,
        step(Kind.CONNECT, 1),
        step(Kind.TURN, 0),
        step(Kind.CONNECT, 1),
        step(Kind.CONNECT, 1),
        step(Kind.ENDPOINTS, 9034),
        step(Kind.ENDPOINTS, 9238));
  }

  @Test
  void anUpstreamMayResetBeforeTheDaemonKnowsOfIt() throws IOException {
    run(
        Then.END,
        step(Kind.CLUSTER, 9179),
        step(Kind.CONNECT, 2416),
        step(Kind.ENDPOINTS, 1160),
        step(Kind.CONNECT, 5244),
        step(Kind.CONNECT, 9298),
        step(Kind.TURN, 0),
        step(Kind.MOOD, 971),
        step(Kind.UPSTREAM_RESET, 0),
        step(Kind.SETTLE, 0));
  }

  @Test
  void whoeverHearsOfAResetByWritingHasWhatCameBefore() throws IOException {
    run(
        Then.END,
        step(Kind.CONNECT, 0),
        step(Kind.CONNECT, 1),
        step(Kind.TURN, 0),
        step(Kind.TURN, 1),
        step(Kind.MOOD, 9),
        step(Kind.TURN, 1),
        step(Kind.UPSTREAM_RESET, 0),
        step(Kind.TURN, 1),
        step(Kind.SEND, 1),
        step(Kind.SETTLE, 0));
  }

  @Test
  void whoeverWasDialledIsNotBehindThoseWhoseTurnHadNotCome() throws IOException {
    run(
        Then.REST,
        step(Kind.ENDPOINTS, 3148),
        step(Kind.CONNECT, 1),
        step(Kind.CONNECT, 0),
        step(Kind.CONNECT, 1));
  }

  private void run(Then then, Step... schedule) throws IOException {
    runner.run(List.of(schedule), then);
  }

  private static Step step(Kind kind, int pick) {
    return new Step(kind, pick);
  }
}
