package io.zenvoy.tproxy.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class EndpointChoiceTest {
  private static final InetSocketAddress GOOD = endpoint("10.0.0.1");
  private static final InetSocketAddress DEAD = endpoint("10.0.0.2");

  private final EndpointChoice choice = new EndpointChoice(new SplittableRandom(1));
  private long now = Long.MAX_VALUE - 1;

  @Test
  void choosesAmongAllAndTheOtherOneNextTime() {
    choice.offer(List.of(GOOD, DEAD));
    assertThat(choices(100)).containsExactlyInAnyOrder(GOOD, DEAD);
    assertThat(choice.next(GOOD, now)).isEqualTo(DEAD);
    assertThat(choice.next(DEAD, now)).isEqualTo(GOOD);
  }

  @Test
  void oneThatDoesNotAnswerIsTriedByOneDialASecond() {
    choice.offer(List.of(GOOD, DEAD));
    choice.unanswered(DEAD, now);
    assertThat(choices(100)).containsExactly(GOOD);
    now += Duration.ofSeconds(1).toNanos();
    assertThat(IntStream.range(0, 100).filter(number -> choice.next(null, now).equals(DEAD)))
        .hasSize(1);
  }

  @Test
  void oneThatAnswersAgainIsChosenLikeTheOthers() {
    choice.offer(List.of(GOOD, DEAD));
    choice.unanswered(DEAD, now);
    choice.answered(DEAD);
    assertThat(choices(100)).containsExactlyInAnyOrder(GOOD, DEAD);
  }

  @Test
  void whereNoneAnswersAllAreTried() {
    choice.offer(List.of(GOOD, DEAD));
    choice.unanswered(GOOD, now);
    choice.unanswered(DEAD, now);
    assertThat(choices(100)).containsExactlyInAnyOrder(GOOD, DEAD);
  }

  @Test
  void aBacklogIsNotFullWhereNobodyEverAnsweredWhileOthersDo() {
    choice.offer(List.of(GOOD, DEAD));
    assertThat(choice.unanswered(DEAD, now)).as("nobody has answered yet").isTrue();
    choice.answered(GOOD);
    assertThat(choice.unanswered(DEAD, now)).as("a dead node").isFalse();
    assertThat(choice.unanswered(GOOD, now)).as("it did answer").isTrue();
  }

  @Test
  void whatItKnewOfOneThatWentIsForgotten() {
    choice.offer(List.of(GOOD, DEAD));
    choice.answered(GOOD);
    choice.unanswered(DEAD, now);
    choice.offer(List.of(DEAD));
    assertThat(choice.unanswered(DEAD, now)).as("nobody of these has answered").isTrue();
    choice.offer(List.of(GOOD));
    choice.offer(List.of(GOOD, DEAD));
    assertThat(choices(100)).containsExactlyInAnyOrder(GOOD, DEAD);
  }

  private Set<InetSocketAddress> choices(int count) {
    return IntStream.range(0, count)
        .mapToObj(number -> choice.next(null, now))
        .collect(Collectors.toSet());
  }

  private static InetSocketAddress endpoint(String address) {
    return new InetSocketAddress(InetAddress.ofLiteral(address), 80);
  }
}
