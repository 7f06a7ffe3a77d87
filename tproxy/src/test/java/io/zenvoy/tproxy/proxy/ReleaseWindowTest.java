package io.zenvoy.tproxy.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.zenvoy.tproxy.proxy.ReleaseWindow.Turn;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ReleaseWindowTest {
  private static final int MOST = 96;
  private static final InetSocketAddress ONE = endpoint("10.0.0.1");
  private static final InetSocketAddress OTHER = endpoint("10.0.0.2");

  private final ReleaseWindow window = new ReleaseWindow(MOST);
  private long now = Long.MAX_VALUE - 1;

  @Test
  void opensWithEachProofUpToItsWidth() {
    assertThat(room()).isEqualTo(MOST / 3);
    for (int round = 0; round < 3; round++) {
      List<Turn> given = fillAndConnect();
      window.proven(given.getLast());
    }
    assertThat(room()).isEqualTo(MOST);
  }

  @Test
  void oneProofCountsForAllThatTheEndpointWasGivenBefore() {
    List<Turn> turns = new ArrayList<>();
    for (InetSocketAddress endpoint : List.of(ONE, OTHER, ONE, ONE)) {
      Turn turn = window.begin(now);
      window.connected(turn, endpoint, now);
      turns.add(turn);
    }
    int room = room();
    window.proven(turns.get(2));
    assertThat(room())
        .as("the first and the third, and two by which it opened")
        .isEqualTo(room + 4);
    window.proven(turns.get(0));
    assertThat(room()).as("proven already").isEqualTo(room + 4);
  }

  @Test
  void withoutProofsItHasRoomWhenPatienceIsOver() {
    fillAndConnect();
    assertThat(room()).isZero();
    long wait = window.nanosUntilLook(now);
    assertThat(Duration.ofNanos(wait)).isEqualTo(Duration.ofMillis(100));
    now += wait;
    assertThat(room()).isPositive();
  }

  @Test
  void aProgramThatAcceptsInSilenceIsGivenMoreAndMore() {
    long begin = now;
    for (int given = 0; given < 9_000; ) {
      given += fillAndConnect().size();
      now += window.nanosUntilLook(now);
    }
    assertThat(Duration.ofNanos(now - begin)).isLessThan(Duration.ofMillis(600));
  }

  @Test
  void patienceDoesNotEndWhileAHandshakeIsUnanswered() {
    List<Turn> given = fill();
    given.subList(1, given.size()).forEach(turn -> window.connected(turn, ONE, now));
    now += Duration.ofSeconds(10).toNanos();
    assertThat(room()).isZero();
    window.connected(given.getFirst(), ONE, now);
    assertThat(room()).isPositive();
  }

  @Test
  void aDroppedHandshakeNarrowsIt() {
    for (int round = 0; round < 3; round++) {
      window.proven(fillAndConnect().getLast());
    }
    window.stalled(now);
    assertThat(room()).isEqualTo(MOST / 2);
    window.stalled(now + 1);
    assertThat(room()).as("the same loss").isEqualTo(MOST / 2);
    for (int loss = 0; loss < 10; loss++) {
      now += Duration.ofSeconds(1).toNanos();
      window.stalled(now);
    }
    assertThat(room()).isEqualTo(4);
    window.proven(fillAndConnect().getLast());
    assertThat(room()).as("it opens slowly again").isBetween(4, 5);
  }

  @Test
  void whatEndsOrBelongsToAVanishedEndpointLeavesRoom() {
    List<Turn> given = fill();
    window.ended(given.getFirst());
    assertThat(room()).isEqualTo(1);
    given.subList(1, 11).forEach(turn -> window.connected(turn, OTHER, now));
    window.keep(List.of(ONE));
    assertThat(room()).isEqualTo(11);
    window.proven(given.get(5));
    assertThat(room()).isEqualTo(11);
  }

  @Test
  void isIdleWhenAllIsProven() {
    Turn turn = window.begin(now);
    assertThat(window.isIdle(now)).isFalse();
    window.connected(turn, ONE, now);
    assertThat(window.isIdle(now)).isFalse();
    window.proven(turn);
    assertThat(window.isIdle(now)).isTrue();
  }

  @Test
  void isNeverWithoutRoomFromTheBeginning() {
    assertThat(new ReleaseWindow(1).hasRoom(now)).isTrue();
  }

  private List<Turn> fill() {
    List<Turn> turns = new ArrayList<>();
    while (window.hasRoom(now)) {
      turns.add(window.begin(now));
    }
    return turns;
  }

  private List<Turn> fillAndConnect() {
    List<Turn> turns = fill();
    turns.forEach(turn -> window.connected(turn, ONE, now));
    return turns;
  }

  /** How many more may be dialled. */
  private int room() {
    List<Turn> turns = fill();
    turns.forEach(window::ended);
    return turns.size();
  }

  private static InetSocketAddress endpoint(String host) {
    return new InetSocketAddress(InetAddress.ofLiteral(host), 80);
  }
}
