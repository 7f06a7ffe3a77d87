package io.zenvoy.it.faults;

import io.zenvoy.it.ChildProcess;
import io.zenvoy.it.Pause;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Fires each time a service drains: half of the shots anywhere between the first step of the
 * draining and its scale to zero, the others within 30 ms of when that was last time.
 */
final class ScaleDownAim implements AutoCloseable {
  private static final long SPREAD = Duration.ofMillis(30).toNanos();

  private final Set<String> services;
  private final Consumer<String> shot;
  private final AtomicInteger left;
  private final CountDownLatch hits;
  private final Map<String, Long> drainingSince = new ConcurrentHashMap<>();
  private final AtomicLong drainTakes = new AtomicLong(Duration.ofMillis(700).toNanos());
  private final AtomicInteger drains = new AtomicInteger();
  private final AtomicInteger slept = new AtomicInteger();
  private final PhaseLog log;

  /**
   * @param shots how many are fired in all
   * @param shot gets the service, on a thread of its own
   */
  ScaleDownAim(ChildProcess xdsServer, Set<String> services, int shots, Consumer<String> shot) {
    this.services = services;
    this.shot = shot;
    this.left = new AtomicInteger(shots);
    this.hits = new CountDownLatch(shots);
    this.log = new PhaseLog(xdsServer, this::phase);
  }

  /** Blocks until every shot has ended. */
  void await(Duration limit) throws InterruptedException {
    if (!hits.await(limit.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError(hits.getCount() + " shots are left after " + limit);
    }
  }

  /** What happened to the drainings. */
  String describe() {
    return "%d drainings, of which %d ended in sleep, the last after %d ms"
        .formatted(drains.get(), slept.get(), drainTakes.get() / 1_000_000);
  }

  @Override
  public void close() {
    log.close();
  }

  private void phase(String service, String phase) {
    if (!services.contains(service)) {
      return;
    }
    switch (phase) {
      case "draining" -> {
        drains.incrementAndGet();
        drainingSince.put(service, System.nanoTime());
        if (left.getAndDecrement() > 0) {
          Thread.ofVirtual().start(() -> fire(service));
        }
      }
      case "asleep" -> {
        Long since = drainingSince.remove(service);
        if (since != null) {
          slept.incrementAndGet();
          drainTakes.set(System.nanoTime() - since);
        }
      }
      default -> drainingSince.remove(service);
    }
  }

  private void fire(String service) {
    try {
      Pause.of(Duration.ofNanos(delay()));
      shot.accept(service);
    } finally {
      hits.countDown();
    }
  }

  private long delay() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    long takes = drainTakes.get();
    return random.nextBoolean()
        ? random.nextLong(takes)
        : Math.max(0, takes - SPREAD + random.nextLong(2 * SPREAD));
  }
}
