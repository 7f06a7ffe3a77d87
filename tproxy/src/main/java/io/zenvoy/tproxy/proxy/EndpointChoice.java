package io.zenvoy.tproxy.proxy;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Which endpoint of a cluster is dialled next: one at random, but as long as others answer, one
 * that has left a dial unanswered is tried by a single dial a second, so that a dead node holds up
 * nobody else. Owned by one event loop.
 */
final class EndpointChoice {
  private static final long PAUSE = TimeUnit.SECONDS.toNanos(1);

  private final RandomGenerator random;
  private final Map<InetSocketAddress, Long> silentUntil = new HashMap<>();

  /** Those that have taken a connection. */
  private final Set<InetSocketAddress> answering = new HashSet<>();

  private List<InetSocketAddress> endpoints = List.of();

  EndpointChoice(RandomGenerator random) {
    this.random = random;
  }

  /** Changes what there is to choose from. */
  void offer(List<InetSocketAddress> offered) {
    endpoints = List.copyOf(offered);
    silentUntil.keySet().retainAll(endpoints);
    answering.retainAll(endpoints);
  }

  List<InetSocketAddress> offered() {
    return endpoints;
  }

  /**
   * Chooses one; there is one.
   *
   * @param last the one that the same client tried before: another one is chosen if there is any
   */
  InetSocketAddress next(@Nullable InetSocketAddress last, long nowNanos) {
    List<InetSocketAddress> good = new ArrayList<>(endpoints.size());
    for (InetSocketAddress endpoint : endpoints) {
      Long until = silentUntil.get(endpoint);
      if (until == null || nowNanos - until >= 0) {
        good.add(endpoint);
      }
    }
    InetSocketAddress chosen = oneOf(good.isEmpty() ? endpoints : good, last);
    silentUntil.computeIfPresent(chosen, (endpoint, until) -> nowNanos + PAUSE);
    return chosen;
  }

  private InetSocketAddress oneOf(
      List<InetSocketAddress> candidates, @Nullable InetSocketAddress last) {
    int size = candidates.size();
    int index = random.nextInt(size);
    if (size > 1 && candidates.get(index).equals(last)) {
      index = (index + 1 + random.nextInt(size - 1)) % size;
    }
    return candidates.get(index);
  }

  /** An endpoint has taken a connection. */
  void answered(InetSocketAddress endpoint) {
    silentUntil.remove(endpoint);
    answering.add(endpoint);
  }

  /**
   * An endpoint has left a dial unanswered.
   *
   * @return whether its backlog may be full: not if it has never answered while others do
   */
  boolean unanswered(InetSocketAddress endpoint, long nowNanos) {
    silentUntil.put(endpoint, nowNanos + PAUSE);
    return answering.isEmpty() || answering.contains(endpoint);
  }
}
