package io.zenvoy.it.downstream;

import io.zenvoy.common.HostPort;
import io.zenvoy.it.stack.ZenvoyStack;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks a service how it is, ten times a second, until it is closed. Thread-safe. */
public final class Prober implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Prober.class);
  private static final long PERIOD_MILLIS = 100;

  /** Slower than this, a probe was parked. */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private final ScheduledExecutorService scheduler =
      Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().factory());
  private final HttpDownstream downstream;
  private final String host;
  private final String path;
  private final String userAgent;
  private final AtomicInteger answers = new AtomicInteger();
  private final AtomicInteger answersOfPods = new AtomicInteger();
  private final AtomicLong slowestMillis = new AtomicLong();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();

  private Prober(String host, String path, String userAgent) {
    this.downstream = new HttpDownstream(new HostPort("127.0.0.1", ZenvoyStack.HTTP_PORT));
    this.host = host;
    this.path = path;
    this.userAgent = userAgent;
  }

  public static Prober start(String host, String path, String userAgent) {
    Prober prober = new Prober(host, path, userAgent);
    var _ =
        prober.scheduler.scheduleAtFixedRate(
            prober::probe, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    return prober;
  }

  /** How many probes were answered, by whomever and whatever. */
  public int answers() {
    return answers.get();
  }

  /** How many of them were answered by a pod of the echo server. */
  public int answersOfPods() {
    return answersOfPods.get();
  }

  /** What was not answered with 200 within three seconds. */
  public List<String> failures() {
    return List.copyOf(failures);
  }

  @Override
  public void close() {
    scheduler.close();
    downstream.close();
    log.atInfo()
        .addKeyValue("host", host)
        .addKeyValue("userAgent", userAgent)
        .addKeyValue("answers", answers)
        .addKeyValue("ofPods", answersOfPods)
        .addKeyValue("failures", failures.size())
        .addKeyValue("slowestMillis", slowestMillis)
        .log("probed");
  }

  private void probe() {
    long start = System.nanoTime();
    try {
      HttpResponse<String> answer = downstream.get(host, path, userAgent);
      Duration waited = Duration.ofNanos(System.nanoTime() - start);
      answers.incrementAndGet();
      if (answer.headers().firstValue("x-pod").isPresent()) {
        answersOfPods.incrementAndGet();
      }
      slowestMillis.accumulateAndGet(waited.toMillis(), Math::max);
      if (answer.statusCode() != 200 || waited.compareTo(PATIENCE) > 0) {
        failures.add(answer.statusCode() + " after " + waited + ": " + answer.body());
      }
    } catch (IOException e) {
      failures.add(e.toString());
    }
  }
}
