package io.zenvoy.tproxy.proxy;

import io.zenvoy.tproxy.proxy.Step.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Makes schedules, and makes one that fails as short as it can be. */
final class Schedules {
  private static final int MOST_STEPS = 70;
  private static final int PICKS = 10_000;

  /** How often each kind comes, by its weight. */
  private static final List<Kind> KINDS =
      Map.ofEntries(
              Map.entry(Kind.SETTLE, 14),
              Map.entry(Kind.TURN, 16),
              Map.entry(Kind.TIME, 6),
              Map.entry(Kind.CONNECT, 22),
              Map.entry(Kind.CONNECT_OUTSIDE, 1),
              Map.entry(Kind.SEND, 8),
              Map.entry(Kind.HALF_CLOSE, 4),
              Map.entry(Kind.CLOSE, 5),
              Map.entry(Kind.RESET, 3),
              Map.entry(Kind.ENDPOINTS, 14),
              Map.entry(Kind.CLUSTER, 4),
              Map.entry(Kind.SLOT, 3),
              Map.entry(Kind.VERDICT, 2),
              Map.entry(Kind.CAP, 2),
              Map.entry(Kind.WAKE_TIMEOUT, 2),
              Map.entry(Kind.MOOD, 6),
              Map.entry(Kind.UPSTREAM_SEND, 4),
              Map.entry(Kind.UPSTREAM_HALF_CLOSE, 3),
              Map.entry(Kind.UPSTREAM_RESET, 2))
          .entrySet()
          .stream()
          .sorted(Map.Entry.comparingByKey())
          .flatMap(entry -> Stream.generate(entry::getKey).limit(entry.getValue()))
          .toList();

  private Schedules() {}

  static List<Step> random(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int length = 1 + random.nextInt(MOST_STEPS);
    return Stream.generate(
            () -> new Step(KINDS.get(random.nextInt(KINDS.size())), random.nextInt(PICKS)))
        .limit(length)
        .toList();
  }

  /**
   * Leaves out steps, many at a time and then single ones, for as long as what is left fails.
   *
   * @param failing a schedule that fails
   */
  static List<Step> shrink(List<Step> failing, Predicate<List<Step>> fails) {
    List<Step> shortest = failing;
    int chunk = Math.max(1, failing.size() / 2);
    while (true) {
      int before = shortest.size();
      for (int end = before; end > 0; end -= chunk) {
        List<Step> candidate = new ArrayList<>(shortest);
        candidate.subList(Math.max(0, end - chunk), end).clear();
        if (fails.test(candidate)) {
          shortest = candidate;
        }
      }
      if (chunk == 1 && shortest.size() == before) {
        return shortest;
      }
      chunk = Math.max(1, chunk / 2);
    }
  }
}
