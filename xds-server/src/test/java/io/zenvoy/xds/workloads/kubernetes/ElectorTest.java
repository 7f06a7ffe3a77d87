package io.zenvoy.xds.workloads.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.zenvoy.xds.workloads.kubernetes.TestingContest.Fate;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;

class ElectorTest {
  private static final Duration MOMENT = Duration.ofMillis(100);

  /** One of three contenders acts after some time. */
  record Turn(int contender, Duration after, Fate fate, Duration delay) {}

  @Property(tries = 1500)
  void atNoMomentDoTwoLead(
      @ForAll("turns") List<Turn> turns,
      @ForAll @IntRange(min = 85, max = 115) int first,
      @ForAll @IntRange(min = 85, max = 115) int second) {
    TestingContest contest = new TestingContest().with(first).with(second).with(100);
    for (Turn turn : turns) {
      contest.pass(turn.after());
      contest.act(turn.contender(), turn.fate(), turn.delay());
    }
    contest.passQuietly(Duration.ofSeconds(30));
    assertThat(contest.leader()).as("in the end somebody leads").isNotNegative();
  }

  @Provide
  Arbitrary<List<Turn>> turns() {
    Arbitrary<Fate> fates =
        Arbitraries.frequencyOf(
            Tuple.of(6, Arbitraries.just(Fate.ANSWERED)), Tuple.of(4, Arbitraries.of(Fate.class)));
    // Often enough for a leader to stay, and for its renewals to overtake each other.
    Arbitrary<Integer> pauses =
        Arbitraries.frequencyOf(
            Tuple.of(5, Arbitraries.integers().between(0, 300)),
            Tuple.of(1, Arbitraries.integers().between(0, 4000)));
    Arbitrary<Integer> delays =
        Arbitraries.frequencyOf(
            Tuple.of(2, Arbitraries.integers().between(0, 2500)),
            Tuple.of(1, Arbitraries.integers().between(0, 9000)));
    return Combinators.combine(
            Arbitraries.integers().between(0, 2),
            pauses.map(Duration::ofMillis),
            fates,
            delays.map(Duration::ofMillis))
        .as(Turn::new)
        .list()
        .ofMinSize(40)
        .ofMaxSize(250);
  }

  @Example
  void aLeaderThatVanishesIsReplacedWithinFiveSeconds() {
    TestingContest contest = new TestingContest().with(100).with(100);
    contest.passQuietly(Duration.ofSeconds(3));
    int leader = contest.leader();

    contest.stop(leader);
    contest.passQuietly(Duration.ofSeconds(5));

    assertThat(contest.leader()).isEqualTo(1 - leader);
  }

  @Example
  void aLeaseThatWasGivenUpIsTakenAtTheNextLook() {
    TestingContest contest = new TestingContest().with(100).with(100);
    contest.passQuietly(Duration.ofSeconds(3));
    int leader = contest.leader();

    contest.resign(leader);
    assertThat(contest.leader()).isEqualTo(-1);
    contest.passQuietly(LeaseTimes.DEFAULT.lookEvery().plus(MOMENT));

    assertThat(contest.leader()).isEqualTo(1 - leader);
  }

  @Example
  void aLeaderStaysWhileItRenewsAndAnAnswerMayBeLost() {
    TestingContest contest = new TestingContest().with(100).with(100);
    contest.passQuietly(Duration.ofSeconds(1));
    int leader = contest.leader();

    for (int round = 0; round < 20; round++) {
      contest.pass(MOMENT);
      contest.act(leader, Fate.ANSWER_LOST, Duration.ZERO);
      contest.passQuietly(Duration.ofSeconds(3));
    }

    assertThat(contest.leader()).isEqualTo(leader);
    assertThat(contest.terms(leader)).isEqualTo(1);
  }

  @Example
  void aRenewalCountsFromWhenItWasSentHoweverLateItsAnswerIsSeen() {
    TestingContest contest = new TestingContest().with(85).with(115);
    contest.act(0, Fate.ANSWERED, Duration.ZERO); // looks
    contest.act(0, Fate.ANSWERED, Duration.ZERO); // makes the Lease
    contest.pass(Duration.ofSeconds(1));
    contest.act(0, Fate.STOPPED, Duration.ofMillis(1600));

    for (int millis = 0; millis < 8000; millis += 20) {
      contest.pass(Duration.ofMillis(20));
      contest.act(1, Fate.ANSWERED, Duration.ZERO);
    }

    assertThat(contest.leader()).isEqualTo(1);
  }

  @Example
  void whoWasStoppedForTooLongLeadsNoLongerAlthoughNobodyElseDoes() {
    TestingContest contest = new TestingContest().with(100);
    contest.passQuietly(Duration.ofSeconds(1));

    contest.pass(Duration.ofSeconds(3));
    assertThat(contest.leader()).isEqualTo(-1);
    contest.passQuietly(Duration.ofSeconds(1));

    assertThat(contest.leader()).isZero();
    assertThat(contest.terms(0)).as("it began anew").isEqualTo(2);
  }

  @Example
  void aLeaderStaysWhileEveryAnswerTakesLessThanTwoSeconds() {
    TestingContest contest = new TestingContest().with(100).with(100);
    contest.passQuietly(Duration.ofSeconds(3));
    int leader = contest.leader();
    Random random = new Random(7);

    contest.pass(
        Duration.ofMinutes(5), () -> Fate.SLOW, () -> Duration.ofMillis(random.nextInt(1_900)));
    contest.pass(Duration.ofMinutes(5), () -> Fate.LATE, () -> Duration.ofMillis(1_900));

    assertThat(contest.leader()).isEqualTo(leader);
    assertThat(terms(contest)).isEqualTo(1);
  }

  @Property(tries = 50)
  void aServerThatTakesTooLongHasNoLeaderRatherThanOneAfterTheOther(@ForAll long seed) {
    TestingContest contest = new TestingContest().with(100).with(100).with(100);
    contest.passQuietly(Duration.ofSeconds(3));
    Random random = new Random(seed);

    contest.pass(
        Duration.ofMinutes(5),
        () -> random.nextBoolean() ? Fate.SLOW : Fate.LATE,
        () -> Duration.ofMillis(random.nextInt(1_500, 3_000)));

    assertThat(terms(contest)).as("it lost what it had, and nobody began").isEqualTo(1);
    contest.passQuietly(Duration.ofSeconds(6));
    assertThat(contest.leader()).as("who leads once it is quick again").isNotNegative();
    assertThat(terms(contest)).isLessThanOrEqualTo(2);
  }

  @Example
  void whoBeganWithASlowAnswerGoesOn() {
    TestingContest contest = new TestingContest().with(100).with(100);

    contest.pass(Duration.ofMinutes(5), () -> Fate.SLOW, () -> Duration.ofMillis(980));

    assertThat(contest.leader()).isNotNegative();
    assertThat(terms(contest)).isEqualTo(1);
  }

  @Example
  void aLeaderStaysWhileEveryOtherRequestIsRefused() {
    TestingContest contest = new TestingContest().with(100).with(100);
    contest.passQuietly(Duration.ofSeconds(3));
    int leader = contest.leader();
    Random random = new Random(7);

    contest.pass(
        Duration.ofMinutes(5),
        () -> random.nextBoolean() ? Fate.REFUSED : Fate.ANSWERED,
        () -> Duration.ZERO);

    assertThat(contest.leader()).isEqualTo(leader);
    assertThat(terms(contest)).isEqualTo(1);
  }

  @Example
  void aLeaderStaysWhenThreeRenewalsInARowAreLost() {
    TestingContest contest = new TestingContest().with(100).with(100);
    contest.passQuietly(Duration.ofSeconds(3));
    int leader = contest.leader();

    for (int lost = 0; lost < 3; lost++) {
      contest.pass(LeaseTimes.DEFAULT.renewEvery());
      contest.act(leader, Fate.LOST, Duration.ZERO);
    }
    contest.passQuietly(Duration.ofSeconds(10));

    assertThat(contest.leader()).isEqualTo(leader);
    assertThat(terms(contest)).isEqualTo(1);
  }

  private static int terms(TestingContest contest) {
    int terms = 0;
    for (int index = 0; index < contest.size(); index++) {
      terms += contest.terms(index);
    }
    return terms;
  }
}
