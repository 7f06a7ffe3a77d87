package io.zenvoy.it.faults;

import io.zenvoy.common.HostPort;
import io.zenvoy.it.stack.Workloads;
import io.zenvoy.it.stack.ZenvoyStack;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * One run of a fault: its clients, what became of their requests, a line of progress every two
 * seconds, and at the end the figures for {@code FAULTS.md}. They say that it did not hold, until
 * {@link FaultVerdicts} knows that the whole test has passed.
 */
public final class FaultRun implements AutoCloseable {
  private static final Duration PROGRESS = Duration.ofSeconds(2);
  private static final int BASELINE_REQUESTS = 30;

  private final Fault fault;
  private final Tally tally = new Tally();
  private final Clients clients;
  private final Duration baseline;
  private final List<String> notes = new CopyOnWriteArrayList<>();
  private final long start = System.nanoTime();
  private final Thread progress;
  private volatile String step = "";
  private volatile boolean served;
  private volatile boolean closed;

  private FaultRun(Fault fault, HostPort envoy, Duration baseline) {
    this.fault = fault;
    this.baseline = baseline;
    this.clients = new Clients(envoy, tally);
    this.progress = Thread.ofVirtual().name("progress of " + fault).start(this::tell);
  }

  /** Measures what a request takes when nothing is wrong, and begins. */
  public static FaultRun of(Fault fault, ZenvoyStack stack) {
    HostPort envoy = new HostPort("127.0.0.1", ZenvoyStack.HTTP_PORT);
    String service = "quiet-" + fault.name().toLowerCase(Locale.ROOT).replace('_', '-');
    new Workloads(stack).makeAsleep(service);
    try (Clients first = new Clients(envoy, new Tally())) {
      first.ask(service);
    }
    Tally quiet = new Tally();
    try (Clients others = new Clients(envoy, quiet)) {
      for (int request = 0; request < BASELINE_REQUESTS; request++) {
        others.ask(service);
      }
    }
    if (quiet.count(Outcome.RIGHT) != BASELINE_REQUESTS) {
      throw new AssertionError("before anything is injected: " + quiet + " " + quiet.failures());
    }
    return new FaultRun(fault, envoy, quiet.wait(0.5));
  }

  /**
   * Begins with clients whose requests are none of HTTP.
   *
   * @param baseline what such a request takes when nothing is wrong
   */
  public static FaultRun of(Fault fault, Duration baseline) {
    return new FaultRun(fault, new HostPort("127.0.0.1", ZenvoyStack.HTTP_PORT), baseline);
  }

  public Clients clients() {
    return clients;
  }

  public Tally tally() {
    return tally;
  }

  /** Says what happens now. */
  public void step(String what) {
    step = what;
    say();
  }

  /** Something else to have in the table. */
  public void note(String figure) {
    notes.add(figure);
    step(figure);
  }

  /**
   * Waits for all that was sent and fails unless it was answered rightly. A run that never asks for
   * this has not held.
   *
   * @param mayBeLost what the fault itself may have cut
   */
  public void requireServed(long mayBeLost) {
    clients.close();
    boolean held =
        tally.count(Outcome.LOST) <= mayBeLost
            && tally.count(Outcome.HUNG) == 0
            && tally.count(Outcome.MISROUTED) == 0
            && tally.count(Outcome.CORRUPTED) == 0
            && tally.open() == 0;
    if (!held) {
      throw new AssertionError(
          fault
              + ": "
              + tally
              + (mayBeLost == 0 ? "" : ", of which " + mayBeLost + " may be lost")
              + "\n  "
              + String.join("\n  ", tally.failures()));
    }
    served = true;
  }

  /** The same if nothing at all may be lost. */
  public void requireServed() {
    requireServed(0);
  }

  /** Writes the figures, for now with the verdict that it did not hold. */
  @Override
  public void close() {
    closed = true;
    progress.interrupt();
    clients.close();
    say();
    FaultResults.write(fault, FaultSize.current(), figures("no"));
    if (served) {
      FaultVerdicts.heldIfTheTestPasses(fault, figures("yes"));
    }
  }

  private Figures figures(String verdict) {
    return new Figures(
        Integer.toString(tally.countSent()),
        Integer.toString(tally.count(Outcome.RIGHT)),
        Integer.toString(tally.count(Outcome.LOST)),
        Integer.toString(tally.count(Outcome.HUNG) + tally.open()),
        Integer.toString(tally.count(Outcome.MISROUTED)),
        Integer.toString(tally.count(Outcome.CORRUPTED)),
        extra(0.5),
        extra(0.99),
        String.join("; ", notes),
        verdict,
        FaultSize.current().label() + " " + LocalDate.now(Clock.system(ZoneOffset.UTC)));
  }

  private String extra(double quantile) {
    return Long.toString(Math.max(0, tally.wait(quantile).minus(baseline).toMillis()));
  }

  private void tell() {
    while (!closed) {
      try {
        Thread.sleep(PROGRESS);
      } catch (InterruptedException e) {
        return;
      }
      say();
    }
  }

  private void say() {
    System.out.printf(
        "%s +%.1f s: %s; %s%n", fault, (System.nanoTime() - start) / 1e9, tally, step);
  }
}
